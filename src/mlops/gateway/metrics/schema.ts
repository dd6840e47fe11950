import { z } from 'zod';
import { Name } from '../../../org/schema.ts';
import { endpoint } from '../../../platform/contract/schema.ts';
import { Money, UtcInstant } from '../../../platform/units/schema.ts';
import { VariantName } from '../../endpoint-spec/schema.ts';

/** Possible lengths of a step in seconds. Counts are stored by minute and by hour. */
export const STEPS = {
  '1m': 60,
  '5m': 300,
  '15m': 900,
  '1h': 3_600,
  '6h': 21_600,
  '1d': 86_400,
} as const;
export type Step = keyof typeof STEPS;

/** Maximum number of steps in a response. */
export const MOST_STEPS = 2_000;

const count = (description: string) => z.number().int().min(0).describe(description);

export const Latency = z
  .strictObject({
    p50: z.number().describe('Median'),
    p95: z.number().describe('95th percentile'),
    p99: z.number().describe('99th percentile'),
  })
  .describe('Milliseconds from the header of a request to the last byte of its response, within 1 %');

export const EndpointMetric = z
  .strictObject({
    at: UtcInstant.describe('Start of the step'),
    variant: VariantName,
    model: z.string().describe('Registered model'),
    version: z.string().describe('Version of the variant at that time'),
    requests: count('All prediction requests: answered, refused, throttled and errors'),
    answered: count('Requests that succeeded'),
    refused: count('Requests with an error of the client (4xx, without 429)'),
    throttled: count('Requests refused because the queue was full (429)'),
    errors: count('Requests with an error of the server: 5xx, and responses that were cut off'),
    lost: count('Errors without a complete response: timeouts, ended replicas, no replica'),
    latencyMs: Latency.nullable().describe('Latency of the answered requests; null: none was answered'),
    replicas: z.number().nullable().describe('Mean number of ready replicas over the step; null: not measured'),
    cost: Money.nullable().describe('Metered cost of the replicas in the step; null: no price'),
  })
  .describe(
    'One version of one variant in one step. A step without any point was not measured, because the server was not running',
  );
export type EndpointMetric = z.infer<typeof EndpointMetric>;

export const EndpointMetrics = z
  .strictObject({
    endpoint: Name.describe('Name of the endpoint'),
    since: UtcInstant.describe('Start of the first step'),
    until: UtcInstant.describe('End of the last step, exclusive'),
    stepSeconds: z.number().int().describe('Length of a step in seconds; `at` is a multiple of it'),
    points: z.array(EndpointMetric).describe('By time, then by variant, then by version'),
    notMeasured: count('Requests since the start of this server that could not be written to a step; 0: none'),
  })
  .describe('Traffic, latency, errors, replicas and cost of an endpoint over time');
export type EndpointMetrics = z.infer<typeof EndpointMetrics>;

export const getEndpointMetrics = endpoint({
  method: 'GET',
  path: '/api/v1/endpoints/:endpoint/metrics',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'Report traffic, latency, errors, replicas and cost of an endpoint by version over time',
  params: z.strictObject({ endpoint: Name.describe('Name of an endpoint') }),
  query: z.strictObject({
    since: UtcInstant.optional().describe('Start; default: an hour before until'),
    until: UtcInstant.optional().describe('End; default: now'),
    step: z
      .enum(['1m', '5m', '15m', '1h', '6h', '1d'])
      .optional()
      .describe(
        `Length of a step; default: the smallest that gives at most 200 steps; more than ${MOST_STEPS} are refused`,
      ),
  }),
  response: EndpointMetrics,
  errors: ['endpoint_not_found', 'invalid_request'],
});
