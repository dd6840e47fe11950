import { z } from 'zod';
import { Duration } from '../../../platform/units/quantities/schema.ts';

export const RolloutStrategy = z
  .enum(['instant', 'canary', 'blueGreen'])
  .describe(
    'How the next revision takes the traffic: at once when it is ready; step by step while it is no worse; at once, with the old one kept whole',
  );
export type RolloutStrategy = z.infer<typeof RolloutStrategy>;

const Step = z
  .strictObject({
    weight: z.number().gt(0).lt(100).describe('Percent of the requests that the new revision gets'),
    for: Duration.describe('How long at least'),
  })
  .describe('A step of a canary');

const AbortOn = z
  .strictObject({
    errorRate: z
      .number()
      .min(0)
      .max(1)
      .default(0.01)
      .describe('How much larger its share of errors (answers 5xx) may be than that of what is live, 0 to 1'),
    latencyP95: z
      .number()
      .min(1)
      .max(100)
      .default(1.5)
      .describe('How many times as long its 95th percentile of latency may be'),
  })
  .prefault({})
  .describe('When a canary is worse, and so is rolled back by itself');

/** How a new revision takes the traffic. */
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
      .describe('canary: the steps, one after the other; then it gets all'),
    abortOn: AbortOn,
    requests: z
      .number()
      .int()
      .min(0)
      .max(1_000_000)
      .default(20)
      .describe('canary: answers of the new revision that a step lasts for at least'),
    waitForTraffic: Duration.prefault('1h').describe(
      'canary: how long a step that is over waits for so many answers, before it has little traffic',
    ),
    onLittleTraffic: z
      .enum(['promote', 'hold', 'abort'])
      .default('hold')
      .describe(
        'canary: what a step with little traffic does: it goes on unproven; it stays, until there is more traffic or a person promotes or aborts; it is given back',
      ),
    keepFor: Duration.optional().describe(
      'blueGreen: how long the old replicas stay, all of them, for a rollback; default: keepPrevious',
    ),
  })
  .refine(({ strategy, steps }) => strategy !== 'canary' || steps.length > 0, 'a canary has one step at least')
  .refine(
    ({ steps }) => steps.every(({ weight }, at) => weight > (steps[at - 1]?.weight ?? 0)),
    'each step has more weight than the one before',
  )
  .describe('How a new revision takes the traffic');
export type RolloutSpec = z.infer<typeof RolloutSpec>;
