import { z } from 'zod';
import { Duration } from '../../../platform/units/quantities/schema.ts';

export const RolloutStrategy = z
  .enum(['instant', 'canary', 'blueGreen'])
  .describe(
    'How the next revision takes over the traffic: immediately once ready; in steps while it is no worse; immediately, with the old replicas kept',
  );
export type RolloutStrategy = z.infer<typeof RolloutStrategy>;

const Step = z
  .strictObject({
    weight: z.number().gt(0).lt(100).describe('Percent of the requests that the new revision gets'),
    for: Duration.describe('Minimum duration of the step'),
  })
  .describe('A step of a canary');

const AbortOn = z
  .strictObject({
    errorRate: z
      .number()
      .min(0)
      .max(1)
      .default(0.01)
      .describe('Maximum difference of its error rate (responses 5xx) from that of the live revision, 0 to 1'),
    latencyP95: z
      .number()
      .min(1)
      .max(100)
      .default(1.5)
      .describe('Maximum ratio of its 95th percentile of latency to that of the live revision'),
  })
  .prefault({})
  .describe('Limits above which a canary is rolled back automatically');

/** Rollout strategy of a new revision. */
export const RolloutSpec = z
  .strictObject({
    strategy: RolloutStrategy.default('instant'),
    steps: z
      .array(Step)
      .max(20)
      .default([
        { weight: 5, for: 300_000 },
        { weight: 25, for: 600_000 },
        { weight: 50, for: 600_000 },
      ])
      .describe('canary: the steps in order; after the last one it receives all traffic'),
    abortOn: AbortOn,
    requests: z
      .number()
      .int()
      .min(0)
      .max(1_000_000)
      .default(20)
      .describe('canary: minimum number of responses of the new revision in a step'),
    waitForTraffic: Duration.prefault('1h').describe(
      'canary: time that a finished step waits for the minimum number of responses before it counts as a step with little traffic',
    ),
    onLittleTraffic: z
      .enum(['promote', 'hold', 'abort'])
      .default('hold')
      .describe(
        'canary: action after a step with little traffic: continue without proof; wait for more traffic or for a promotion or abort by a user; roll back',
      ),
    keepFor: Duration.optional().describe(
      'blueGreen: time for which all old replicas are kept for a rollback; default: keepPrevious',
    ),
  })
  .refine(({ strategy, steps }) => strategy !== 'canary' || steps.length > 0, 'a canary needs at least one step')
  .refine(
    ({ steps }) => steps.every(({ weight }, at) => weight > (steps[at - 1]?.weight ?? 0)),
    'each step has more weight than the one before',
  )
  .describe('Rollout strategy of a new revision');
export type RolloutSpec = z.infer<typeof RolloutSpec>;
