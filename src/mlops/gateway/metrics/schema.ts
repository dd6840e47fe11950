import { z } from 'zod';
import { Name } from '../../../org/schema.ts';
import { endpoint } from '../../../platform/contract/schema.ts';
import { Money, UtcInstant } from '../../../platform/units/schema.ts';
import { VariantName } from '../../endpoint-spec/schema.ts';

/** Lengths of a step in seconds. Counts are stored by the minute and by the hour. */
export const STEPS = {
  '1m': 60,
  '5m': 300,
  '15m': 900,
  '1h': 3_600,
  '6h': 21_600,
  '1d': 86_400,
} as const;
export type Step = keyof typeof STEPS;

/** Steps that one answer has at most. */
export const MOST_STEPS = 2_000;

const count = (what: string) => z.number().int().min(0).describe(what);

export const Latency = z
  .strictObject({
    p50: z.number().describe('Median'),
    p95: z.number().describe('95th percentile'),
    p99: z.number().describe('99th percentile'),
  })
  .describe('Milliseconds from the head of a request to the last byte of its answer, within 1 %');

export const EndpointMetric = z
  .strictObject({
    at: UtcInstant.describe('Start of the step'),
    variant: VariantName,
    model: z.string().describe('Registered model'),
    version: z.string().describe('Version that the variant had'),
    requests: count('Predictions that were asked for: answered, refused, throttled and errors together'),
    answered: count('Those with an answer'),
    refused: count('Those that were at fault themselves (4xx, without 429)'),
    throttled: count('Those that found the line full (429)'),
    errors: count('Those that failed for no fault of theirs: 5xx, and answers that ended before their end'),
    lost: count('Those of the errors whose answer did not come whole: timeouts, ends of replicas, no replica'),
    latencyMs: Latency.nullable().describe('Of what was answered; null when nothing was'),
    replicas: z.number().nullable().describe('Replicas that answered, the mean over the step; null: not measured'),
    cost: Money.nullable().describe('What its replicas cost in the step, as metered; null without a price'),
  })
  .describe('One version of one variant over one step. A step without any point was not measured: the server was off');
export type EndpointMetric = z.infer<typeof EndpointMetric>;

export const EndpointMetrics = z
  .strictObject({
    endpoint: Name.describe('Name of the endpoint'),
    since: UtcInstant.describe('Start of the first step'),
    until: UtcInstant.describe('End of the last step, exclusive'),
    stepSeconds: z.number().int().describe('Length of a step in seconds; `at` is a multiple of it'),
    points: z.array(EndpointMetric).describe('By time, then by variant, then by version'),
    notMeasured: count('Requests since the start of this server that no step could be written for; 0: none'),
  })
  .describe('Traffic, latency, errors, replicas and cost of an endpoint on one axis of time');
export type EndpointMetrics = z.infer<typeof EndpointMetrics>;

export const getEndpointMetrics = endpoint({
  method: 'GET',
  path: '/api/v1/endpoints/:endpoint/metrics',
  scope: 'mlops.read',
  summary: 'Traffic, latency, errors, replicas and cost of an endpoint by version, on one axis of time',
  params: z.strictObject({ endpoint: Name.describe('Name of an endpoint') }),
  query: z.strictObject({
    since: UtcInstant.optional().describe('Start; default: an hour before until'),
    until: UtcInstant.optional().describe('End; default: now'),
    step: z
      .enum(['1m', '5m', '15m', '1h', '6h', '1d'])
      .optional()
      .describe(
        `Length of a step; default: the least that makes no more than 200; more than ${MOST_STEPS} are refused`,
      ),
  }),
  response: EndpointMetrics,
  errors: ['endpoint_not_found', 'invalid_request'],
});
