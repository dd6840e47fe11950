import { z } from 'zod';
import { endpoint } from '../../platform/contract/schema.ts';
import { Currency, DecimalString, Money } from '../../platform/units/schema.ts';

export const PolicyKind = z
  .enum(['slo', 'hpa', 'kpa'])
  .describe("Autoscaling policy: by price (slo), Kubernetes HPA (hpa), or Knative's autoscaler (kpa)");
export type PolicyKind = z.infer<typeof PolicyKind>;

/** Maximum number of slots of an endpoint. */
const MOST_PLACES = 50_000;
const ratio = () => z.coerce.number().gt(0).lt(1);

export const ReplaySettings = z
  .strictObject({
    policy: z
      .enum([...PolicyKind.options, 'all'])
      .default('all')
      .describe('Policy to replay'),
    curve: z
      .enum(['true', 'false'])
      .default('false')
      .describe(
        'Whether the policies are also replayed with other shares and targets: the curve of cost against waiting',
      ),
    timeColumn: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('Column of request times; default: TIMESTAMP, timestamp, time or seconds'),
    serviceColumn: z.string().min(1).max(200).optional().describe('Column of service times in seconds'),
    serviceSeconds: z.coerce
      .number()
      .min(0)
      .max(86_400)
      .optional()
      .describe(
        'Service time of every request in seconds; default: the column, else 0.05 + ContextTokens / 8000 + 0.03 x GeneratedTokens',
      ),
    concurrency: z.coerce.number().int().min(1).max(1000).default(8).describe('Slots of a replica'),
    coldStartSeconds: z.coerce.number().min(0).max(3600).default(30).describe('Seconds until a new replica is ready'),
    initialReplicas: z.coerce.number().int().min(0).max(1000).default(2).describe('Replicas at the first request'),
    minReplicas: z.coerce
      .number()
      .int()
      .min(0)
      .max(1000)
      .default(1)
      .describe('Minimum number of replicas; the HPA treats 0 as 1'),
    maxReplicas: z.coerce.number().int().min(1).max(1000).default(100).describe('Maximum number of replicas'),
    targetRatio: ratio().default(0.7).describe('Target share of busy slots for HPA and KPA'),
    waitSeconds: z.coerce.number().min(0).max(3600).default(2).describe('Acceptable wait for a slot in seconds'),
    missRatio: ratio().default(0.05).describe('Acceptable share of requests with a longer wait'),
    price: DecimalString.default('1').describe('Hourly price of a replica, in `currency`'),
    missPrice: DecimalString.optional().describe(
      'Price of a request with a longer wait, in `currency`; default: the lowest price that keeps the share',
    ),
    currency: Currency.default('USD'),
  })
  .refine(({ minReplicas, maxReplicas }) => minReplicas <= maxReplicas, 'minReplicas must be at most maxReplicas')
  .refine(({ concurrency, maxReplicas }) => concurrency * maxReplicas <= MOST_PLACES, {
    message: `maxReplicas times concurrency must be at most ${MOST_PLACES}`,
  })
  .refine(({ serviceColumn, serviceSeconds }) => serviceColumn === undefined || serviceSeconds === undefined, {
    message: 'set serviceColumn or serviceSeconds, not both',
  })
  .refine(({ price, missPrice }) => !price.startsWith('-') && !(missPrice ?? '').startsWith('-'), {
    message: 'prices must not be negative',
  })
  .refine(({ price, missPrice }) => missPrice === undefined || Number(price) > 0, {
    message: 'with missPrice, price must be above 0',
  });
export type ReplaySettings = z.output<typeof ReplaySettings>;

const outcome = {
  replicaHours: z.number().describe('Replica-hours, including start times'),
  waitingShare: z.number().describe('Share of the requests with a wait longer than waitSeconds, 0 to 1'),
  waitingShareError: z
    .number()
    .nullable()
    .describe('Standard error of that share, from the means of 20 consecutive batches; null: fewer than 40 requests'),
  p99WaitSeconds: z.number().describe('99th percentile of the wait in seconds'),
  replicaCost: Money.describe('Replica-hours times their price'),
  missCost: Money.nullable().describe('Number of requests with a longer wait times their price; null: no such price'),
  cost: Money.describe('Replica cost plus miss cost, if both have a price'),
};

export const PolicyOutcome = z.strictObject({
  policy: PolicyKind,
  decisions: z
    .array(z.tuple([z.number(), z.number().int()]))
    .describe(
      'Seconds since the first request, and the wanted replicas from then on; computed from data known at that time',
    ),
  ...outcome,
});
export type PolicyOutcome = z.infer<typeof PolicyOutcome>;

export const CurvePoint = z.strictObject({
  policy: PolicyKind,
  missRatio: z
    .number()
    .nullable()
    .describe('slo: acceptable share of requests with a longer wait; null: another policy'),
  targetRatio: z.number().nullable().describe('hpa, kpa: target share of busy slots; null: slo'),
  ...outcome,
});
export type CurvePoint = z.infer<typeof CurvePoint>;

export const ReplayReport = z.strictObject({
  requests: z.number().int().describe('Requests of the trace'),
  hours: z.number().describe('Hours from the first to the last request'),
  busyPlaces: z.number().nullable().describe('Mean number of busy slots; null: all requests have the same time'),
  policies: z.array(PolicyOutcome).describe('Result of each requested policy'),
  curve: z
    .array(CurvePoint)
    .describe('Each requested policy with several shares or targets; empty unless `curve` is true'),
  bestConstant: z
    .strictObject({ replicas: z.number().int().describe('Constant number of replicas'), ...outcome })
    .nullable()
    .describe(
      'Smallest constant number of replicas that keeps the share, known only afterwards; null: no number within the bounds keeps it',
    ),
});
export type ReplayReport = z.infer<typeof ReplayReport>;

export const replayScaling = endpoint({
  method: 'POST',
  path: '/api/v1/scaling-replays',
  scope: 'mlops.read',
  reads: 'none',
  summary:
    'Replay a trace of requests (CSV, gzip or not) against scaling policies and report cost and waiting. Nothing is stored',
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
