import { z } from 'zod';
import { Name } from '../../../org/schema.ts';
import { endpoint } from '../../../platform/contract/schema.ts';
import { Money, UtcInstant } from '../../../platform/units/schema.ts';
import { RolloutStrategy } from '../../endpoint-spec/schema.ts';

const bound = (measure: string) => z.number().nullable().describe(`${measure}; null: too few answered requests`);

export const RolloutSide = z
  .strictObject({
    requests: z.number().int().describe('Requests answered in this step'),
    errors: z.number().int().describe('Requests answered with 5xx'),
    errorRate: bound('Share of errors, 0 to 1'),
    errorRateLow: bound('Lower end of its 95 % interval (Wilson)'),
    errorRateHigh: bound('Upper end of its 95 % interval (Wilson)'),
    p95Ms: bound('95th percentile of the time to the complete response, in milliseconds'),
    p95LowMs: bound('Lower end of its 95 % interval, in milliseconds'),
    p95HighMs: bound('Upper end of its 95 % interval, in milliseconds'),
  })
  .describe('Results of one side of a canary in this step, as measured by this server');
export type RolloutSide = z.infer<typeof RolloutSide>;

const SidePrice = z
  .strictObject({
    side: z.enum(['live', 'canary']).describe('Side of the canary'),
    resource: z.string().describe('Resource of a replica: quantity and key of the price book, such as 1 x gpu:A10G'),
    perHour: Money.describe('Price per hour in force at the evaluation'),
    source: z.string().describe('Origin of the price'),
  })
  .describe('Price of a resource of one side');

export const RolloutCost = z
  .strictObject({
    metric: z.literal('effective').describe('Cost metric'),
    basis: z
      .literal('busy')
      .describe('busy: replica time shared among the requests in flight, without idle time, times the price'),
    livePerThousand: Money.describe('Busy cost of 1,000 requests of the live revision in this step'),
    canaryPerThousand: Money.describe('Busy cost of 1,000 requests of the new revision in this step'),
    prices: z.array(SidePrice).describe('Prices that value all requests of the step'),
  })
  .describe('Cost behind a check of cost');

export const RolloutCheck = z
  .strictObject({
    name: z
      .string()
      .describe('Metric, with its name: errorRate, latencyP95, cost, quality accuracy, prometheus queue depth'),
    scale: z
      .enum(['difference', 'ratio'])
      .describe('Whether the estimate is new - live revision, or new / live revision'),
    limit: z.number().describe('The worst accepted difference or ratio'),
    estimate: z.number().nullable().describe('Difference or ratio; null: too little data'),
    lower: z.number().nullable().describe('Lower end of its interval, valid over all evaluations; null: unbounded'),
    upper: z.number().nullable().describe('Upper end of its interval, valid over all evaluations; null: unbounded'),
    n: z
      .number()
      .int()
      .describe(
        'Responses, requests or labelled predictions of the smaller side; pairs of values of a Prometheus metric',
      ),
    test: z.string().nullable().describe('Name of the test; null: no data'),
    verdict: z
      .enum(['passes', 'fails', 'inconclusive'])
      .describe('passes: proven within the limit; fails: shown to be beyond the limit; inconclusive: neither'),
    samplesNeeded: z
      .number()
      .int()
      .nullable()
      .describe('Further samples of each side for 80 % power at the present estimate; null: unknown, or never'),
    reason: z.string().nullable().describe('Why there is no interval; null: there is one'),
    unit: z
      .enum(['share', 'query'])
      .optional()
      .describe('Unit of a difference: share: 0.01 is one point; query: that of the Prometheus query. Default: share'),
    sampleMs: z
      .number()
      .int()
      .optional()
      .describe('Milliseconds between the samples of a Prometheus metric; left out: samples come with the requests'),
    cost: RolloutCost.optional(),
  })
  .describe('A check of the analysis of a canary');
export type RolloutCheck = z.infer<typeof RolloutCheck>;

export const Rollout = z
  .strictObject({
    revision: z.number().int().describe('New revision'),
    strategy: RolloutStrategy,
    state: z
      .enum(['running', 'promoted', 'aborted'])
      .describe(
        'running: the revision has a part of the traffic; promoted: it has all traffic; aborted: the traffic was returned to the live revision',
      ),
    step: z.number().int().describe('Current step, from 1; 0: not started'),
    steps: z.number().int().describe('Number of steps'),
    weight: z.number().describe('Percent of the requests that the new revision receives'),
    stepSince: UtcInstant.describe('Start of the current step'),
    stepUntil: UtcInstant.nullable().describe('Earliest end of the step; null: it has ended'),
    reason: z.string().nullable().describe('Reason for the wait or for the end'),
    deadline: UtcInstant.nullable().describe('End of the time for a proof; null: no analysis'),
    atDeadline: z
      .enum(['rollBack', 'stay'])
      .nullable()
      .describe(
        'Without a proof at the deadline: roll back, or keep the share until a user decides; null: no analysis',
      ),
    checks: z
      .array(RolloutCheck)
      .describe(
        'Checks of the analysis at its last evaluation, over the current or last step; none without `analysis`',
      ),
    live: RolloutSide.nullable().describe(
      'Results of the live revision; null: the rollout has ended, or runs on another server',
    ),
    canary: RolloutSide.nullable().describe(
      'Results of the new revision; null: the rollout has ended, or runs on another server',
    ),
  })
  .describe('A canary');
export type Rollout = z.infer<typeof Rollout>;

const params = z.strictObject({ endpoint: Name.describe('Name of an endpoint') });
const response = z.strictObject({
  rollout: Rollout.nullable().describe('Current canary, or the last one; null: none'),
});

export const getEndpointRollout = endpoint({
  method: 'GET',
  path: '/api/v1/endpoints/:endpoint/rollout',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'Show the canary of an endpoint: its step, its share, and its comparison with the live revision',
  params,
  response,
  errors: ['endpoint_not_found'],
});

export const promoteEndpoint = endpoint({
  method: 'POST',
  path: '/api/v1/endpoints/:endpoint/promote',
  scope: 'mlops.write',
  reads: 'object',
  summary: 'Promote the current canary to all traffic without its remaining steps',
  params,
  response,
  errors: ['endpoint_not_found', 'endpoint_rollout_not_found'],
});

export const abortEndpoint = endpoint({
  method: 'POST',
  path: '/api/v1/endpoints/:endpoint/abort',
  scope: 'mlops.write',
  reads: 'object',
  summary: 'Abort the current canary; the live revision keeps the traffic',
  params,
  response,
  errors: ['endpoint_not_found', 'endpoint_rollout_not_found'],
});
