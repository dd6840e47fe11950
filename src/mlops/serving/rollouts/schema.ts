import { z } from 'zod';
import { Name } from '../../../org/schema.ts';
import { endpoint } from '../../../platform/contract/schema.ts';
import { UtcInstant } from '../../../platform/units/schema.ts';
import { RolloutStrategy } from '../../endpoint-spec/schema.ts';

const bound = (what: string) => z.number().nullable().describe(`${what}; null while too few requests were answered`);

export const RolloutSide = z
  .strictObject({
    requests: z.number().int().describe('Requests answered in this step'),
    errors: z.number().int().describe('Of them answered 5xx'),
    errorRate: bound('Share of errors, 0 to 1'),
    errorRateLow: bound('Lower end of its 95 % interval (Wilson)'),
    errorRateHigh: bound('Upper end of its 95 % interval (Wilson)'),
    p95Ms: bound('95th percentile of the time until the whole answer, in milliseconds'),
    p95LowMs: bound('Lower end of its 95 % interval, in milliseconds'),
    p95HighMs: bound('Upper end of its 95 % interval, in milliseconds'),
  })
  .describe('What one side of a canary did in this step, as this server saw it');
export type RolloutSide = z.infer<typeof RolloutSide>;

export const Rollout = z
  .strictObject({
    revision: z.number().int().describe('Revision that takes the traffic, or was to'),
    strategy: RolloutStrategy,
    state: z
      .enum(['running', 'promoted', 'aborted'])
      .describe('running: it has part of the traffic; promoted: it was given all; aborted: it was given back'),
    step: z.number().int().describe('Step that it is at, from 1; 0 before the first'),
    steps: z.number().int().describe('Steps in all'),
    weight: z.number().describe('Percent of the requests that it gets'),
    stepSince: UtcInstant.describe('Since when it is at this step'),
    stepUntil: UtcInstant.nullable().describe('When the step ends at the earliest; null when it is over'),
    reason: z.string().nullable().describe('What it waits for, or why it ended'),
    live: RolloutSide.nullable().describe('What has the traffic; null when the rollout is over or not here'),
    canary: RolloutSide.nullable().describe('What is to have it; null when the rollout is over or not here'),
  })
  .describe('A canary');
export type Rollout = z.infer<typeof Rollout>;

const params = z.strictObject({ endpoint: Name.describe('Name of an endpoint') });
const response = z.strictObject({
  rollout: Rollout.nullable().describe('The canary in progress, or the last one; null when there was none'),
});

export const getEndpointRollout = endpoint({
  method: 'GET',
  path: '/api/v1/endpoints/:endpoint/rollout',
  scope: 'mlops.read',
  summary: 'The canary of an endpoint: its step, its share, and how it compares with what is live',
  params,
  response,
  errors: ['endpoint_not_found'],
});

export const promoteEndpoint = endpoint({
  method: 'POST',
  path: '/api/v1/endpoints/:endpoint/promote',
  scope: 'mlops.write',
  summary: 'Give a canary in progress all of the traffic, without its further steps',
  params,
  response,
  errors: ['endpoint_not_found', 'endpoint_rollout_not_found'],
});

export const abortEndpoint = endpoint({
  method: 'POST',
  path: '/api/v1/endpoints/:endpoint/abort',
  scope: 'mlops.write',
  summary: 'End a canary in progress; what is live keeps the traffic',
  params,
  response,
  errors: ['endpoint_not_found', 'endpoint_rollout_not_found'],
});
