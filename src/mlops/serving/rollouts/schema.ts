import { z } from 'zod';
import { Name } from '../../../org/schema.ts';
import { endpoint } from '../../../platform/contract/schema.ts';
import { UtcInstant } from '../../../platform/units/schema.ts';
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

export const RolloutCheck = z
  .strictObject({
    name: z.string().describe('Metric, with the metric of the monitor: errorRate, latencyP95, quality accuracy'),
    scale: z
      .enum(['difference', 'ratio'])
      .describe('Whether the estimate is new - live revision, or new / live revision'),
    limit: z.number().describe('The worst accepted difference or ratio'),
    estimate: z.number().nullable().describe('Difference or ratio; null: too little data'),
    lower: z.number().nullable().describe('Lower end of its interval, valid over all evaluations; null: unbounded'),
    upper: z.number().nullable().describe('Upper end of its interval, valid over all evaluations; null: unbounded'),
    n: z.number().int().describe('Responses or labelled predictions of the smaller side'),
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
  summary: 'Show the canary of an endpoint: its step, its share, and its comparison with the live revision',
  params,
  response,
  errors: ['endpoint_not_found'],
});

export const promoteEndpoint = endpoint({
  method: 'POST',
  path: '/api/v1/endpoints/:endpoint/promote',
  scope: 'mlops.write',
  summary: 'Promote the current canary to all traffic without its remaining steps',
  params,
  response,
  errors: ['endpoint_not_found', 'endpoint_rollout_not_found'],
});

export const abortEndpoint = endpoint({
  method: 'POST',
  path: '/api/v1/endpoints/:endpoint/abort',
  scope: 'mlops.write',
  summary: 'Abort the current canary; the live revision keeps the traffic',
  params,
  response,
  errors: ['endpoint_not_found', 'endpoint_rollout_not_found'],
});
