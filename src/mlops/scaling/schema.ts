import { z } from 'zod';
import { endpoint } from '../../platform/contract/schema.ts';
import { Currency, DecimalString, Money } from '../../platform/units/schema.ts';

export const PolicyKind = z
  .enum(['slo', 'hpa', 'kpa'])
  .describe('What decides: a price, the HPA, or Knative’s autoscaler');
export type PolicyKind = z.infer<typeof PolicyKind>;

/** More places than these are no single endpoint. */
const MOST_PLACES = 50_000;
const ratio = () => z.coerce.number().gt(0).lt(1);

export const ReplaySettings = z
  .strictObject({
    policy: z
      .enum([...PolicyKind.options, 'all'])
      .default('all')
      .describe('The policy to replay'),
    curve: z
      .enum(['true', 'false'])
      .default('false')
      .describe(
        'Whether the policies are replayed with other shares and targets too: the curve of cost against waiting',
      ),
    timeColumn: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('Column of the time of a request; TIMESTAMP, timestamp, time or seconds when left out'),
    serviceColumn: z.string().min(1).max(200).optional().describe('Column of the seconds that a request is served'),
    serviceSeconds: z.coerce
      .number()
      .min(0)
      .max(86_400)
      .optional()
      .describe(
        'Seconds that every request is served; without it and a column: 0.05 + ContextTokens / 8000 + 0.03 x GeneratedTokens',
      ),
    concurrency: z.coerce
      .number()
      .int()
      .min(1)
      .max(1000)
      .default(8)
      .describe('Requests that a replica serves at a time'),
    coldStartSeconds: z.coerce.number().min(0).max(3600).default(30).describe('Seconds until a new replica serves'),
    initialReplicas: z.coerce.number().int().min(0).max(1000).default(2).describe('Replicas at the first request'),
    minReplicas: z.coerce
      .number()
      .int()
      .min(0)
      .max(1000)
      .default(1)
      .describe('Replicas at least; the HPA takes 0 for 1'),
    maxReplicas: z.coerce.number().int().min(1).max(1000).default(100).describe('Replicas at most'),
    targetRatio: ratio().default(0.7).describe('Share of the places that HPA and KPA want in use'),
    waitSeconds: z.coerce.number().min(0).max(3600).default(2).describe('Seconds that a request may wait for a place'),
    missRatio: ratio().default(0.05).describe('Share of requests that may wait longer'),
    price: DecimalString.default('1').describe('Price of a replica for an hour, in `currency`'),
    missPrice: DecimalString.optional().describe(
      'Price of a request that waits longer, in `currency`; without it the least that keeps the share',
    ),
    currency: Currency.default('USD'),
  })
  .refine(({ minReplicas, maxReplicas }) => minReplicas <= maxReplicas, 'minReplicas must be no more than maxReplicas')
  .refine(({ concurrency, maxReplicas }) => concurrency * maxReplicas <= MOST_PLACES, {
    message: `maxReplicas times concurrency must be no more than ${MOST_PLACES}`,
  })
  .refine(({ serviceColumn, serviceSeconds }) => serviceColumn === undefined || serviceSeconds === undefined, {
    message: 'give serviceColumn or serviceSeconds, not both',
  })
  .refine(({ price, missPrice }) => !price.startsWith('-') && !(missPrice ?? '').startsWith('-'), {
    message: 'prices must not be negative',
  })
  .refine(({ price, missPrice }) => missPrice === undefined || Number(price) > 0, {
    message: 'with missPrice, price must be above 0',
  });
export type ReplaySettings = z.output<typeof ReplaySettings>;

const outcome = {
  replicaHours: z.number().describe('Hours of replicas that served or started'),
  waitingShare: z.number().describe('Share of the requests that waited longer than waitSeconds, 0 to 1'),
  waitingShareError: z
    .number()
    .nullable()
    .describe('Standard error of that share, by the means of 20 batches in a row; null for fewer than 40 requests'),
  p99WaitSeconds: z.number().describe('Seconds of waiting that one request of a hundred exceeds'),
  replicaCost: Money.describe('Replica-hours times their price'),
  missCost: Money.nullable().describe('Requests that waited longer, times their price; null when they have none'),
  cost: Money.describe('Both together, where both have a price'),
};

export const PolicyOutcome = z.strictObject({
  policy: PolicyKind,
  decisions: z
    .array(z.tuple([z.number(), z.number().int()]))
    .describe('Seconds since the first request, and the replicas wanted from then on; made of what was known by then'),
  ...outcome,
});
export type PolicyOutcome = z.infer<typeof PolicyOutcome>;

export const CurvePoint = z.strictObject({
  policy: PolicyKind,
  missRatio: z.number().nullable().describe('slo: share of requests that may wait longer; null for the others'),
  targetRatio: z.number().nullable().describe('hpa, kpa: share of the places that is wanted in use; null for slo'),
  ...outcome,
});
export type CurvePoint = z.infer<typeof CurvePoint>;

export const ReplayReport = z.strictObject({
  requests: z.number().int().describe('Requests of the trace'),
  hours: z.number().describe('Hours from the first to the last of them'),
  busyPlaces: z.number().nullable().describe('Places in use on average; null for a trace without length'),
  policies: z.array(PolicyOutcome).describe('What each policy that was asked for did'),
  curve: z
    .array(CurvePoint)
    .describe('Each policy that was asked for with several shares or targets; empty unless `curve` is true'),
  bestConstant: z
    .strictObject({ replicas: z.number().int().describe('That many, all the time'), ...outcome })
    .nullable()
    .describe(
      'The fewest replicas that keep the share, known only afterwards; null when no number within the bounds does',
    ),
});
export type ReplayReport = z.infer<typeof ReplayReport>;

export const replayScaling = endpoint({
  method: 'POST',
  path: '/api/v1/scaling-replays',
  scope: 'mlops.read',
  summary: 'Replay a trace of requests (CSV, gzip or not) against scaling policies: cost and waiting. Nothing is kept',
  query: ReplaySettings,
  accepts: 'bytes',
  response: ReplayReport,
  errors: [
    'trace_empty',
    'trace_column_missing',
    'trace_row_invalid',
    'trace_not_sorted',
    'trace_too_long',
    'csv_malformed',
    'file_truncated',
    'payload_too_large',
  ],
});
