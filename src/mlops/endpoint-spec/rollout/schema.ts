import { z } from 'zod';
import { Duration } from '../../../platform/units/quantities/schema.ts';
import { PrometheusCheck } from './prometheus-check/schema.ts';

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
  .describe(
    'Without `analysis`: limits above which a canary is rolled back automatically; a guard against shown harm only',
  );

const Margin = z.number().min(0).max(1).describe('Largest accepted loss, as a difference of shares, 0 to 1');
const Ratio = z.number().gt(1).max(100).describe('Largest accepted ratio of the new revision to the live revision');
const byRatio = <T extends string>(metric: T, description: string) =>
  z.strictObject({ metric: z.literal(metric).describe(description), ratio: Ratio });

export const AnalysisCheck = z
  .discriminatedUnion('metric', [
    z.strictObject({ metric: z.literal('errorRate').describe('Share of responses with 5xx'), margin: Margin }),
    byRatio('latencyP95', '95th percentile of the time to the complete response'),
    byRatio('latencyMean', 'Mean of the time to the complete response'),
    byRatio(
      'cost',
      'Busy cost of a request: the time of its replica, shared among the requests that it then had, times the price; idle time of replicas is not included',
    ),
    z.strictObject({
      metric: z.literal('quality').describe('A share of the labelled predictions in the log, such as accuracy'),
      name: z.string().min(1).max(100).optional().describe('Metric of the monitor; default: its first metric'),
      margin: Margin,
      matureAfter: Duration.prefault('1h').describe(
        'Age from which predictions count on both sides: the time in which their labels usually arrive',
      ),
    }),
    PrometheusCheck,
  ])
  .describe(
    'A metric on which the new revision must be proven not to be worse than the live revision by more than the margin',
  );
export type AnalysisCheck = z.infer<typeof AnalysisCheck>;

const Looks = z
  .union([
    z.literal('anytime').describe('Any number of evaluations (confidence sequences)'),
    z
      .strictObject({
        planned: z.number().int().min(1).max(100).describe('Number of evaluations in a step'),
        responses: z
          .number()
          .int()
          .min(20)
          .max(10_000_000)
          .describe('Responses of the new revision in a step at the last evaluation'),
      })
      .describe('Evaluations at equal numbers of responses (group-sequential bounds)'),
  ])
  .describe('How often a step is evaluated; the tests hold their error over all evaluations');

export const CanaryAnalysis = z
  .strictObject({
    alpha: z
      .number()
      .gt(0)
      .max(0.2)
      .default(0.05)
      .describe(
        'Error over all evaluations, one-sided: of promoting a revision that is worse by a margin, and of rolling back one that is within all margins',
      ),
    looks: Looks.default('anytime'),
    checks: z.array(AnalysisCheck).min(1).max(10).describe('All must pass before the new revision gets all traffic'),
    deadline: Duration.prefault('24h').describe('Maximum duration of the canary from its start'),
    atDeadline: z
      .enum(['rollBack', 'stay'])
      .default('rollBack')
      .describe('Without proof at the deadline: roll back, or keep the present share until a user promotes or aborts'),
  })
  .refine(({ checks }) => new Set(checks.map(toCheckName)).size === checks.length, 'each metric has at most one check')
  .describe('Promotion by proof: without it, a canary is only guarded against shown harm (`abortOn`)');
export type CanaryAnalysis = z.infer<typeof CanaryAnalysis>;

export type { PrometheusCheck } from './prometheus-check/schema.ts';

/** The name of a check in answers and reasons: its metric, with its name. Example: `quality accuracy`, `prometheus queue depth`. */
export function toCheckName(check: AnalysisCheck): string {
  return 'name' in check && check.name !== undefined ? `${check.metric} ${check.name}` : check.metric;
}

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
    analysis: CanaryAnalysis.optional(),
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
