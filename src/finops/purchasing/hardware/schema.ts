import { z } from 'zod';
import { Name } from '../../../org/schema.ts';
import { endpoint } from '../../../platform/contract/schema.ts';
import { Money } from '../../../platform/units/schema.ts';
import { PriceInput } from '../asked-prices/schema.ts';

const MOST_ROWS = 500;
const MOST_BUCKETS = 20;
const MOST_TYPES = 20;
const MOST_REPLICAS = 10_000;

const TypeName = z.string().min(1).max(100).describe('Type of the replica, such as g5.xlarge');
const BucketName = z.string().min(1).max(100).describe('Bucket of request sizes, such as "short"');
const rate = z.number().gt(0).max(1e9);
const milliseconds = z.number().gt(0).max(1e8);

export const MeasuredProfile = z
  .strictObject({
    type: TypeName,
    bucket: BucketName,
    requestsPerSecond: rate.describe('Requests of this size that one replica answered, each second'),
    latencyMs: milliseconds.describe('Latency at that rate, at the requested percentile, milliseconds'),
    memoryGib: z.number().gt(0).max(1e6).optional().describe('Memory of the GPUs of the type, GiB'),
  })
  .describe('Measurement of the model on one replica of a type');
export type MeasuredProfile = z.infer<typeof MeasuredProfile>;

export const DemandBucket = z
  .strictObject({
    bucket: BucketName,
    requestsPerSecond: rate.describe('Peak requests a second of this size'),
    latencyMs: milliseconds.describe('Latency target of the requests (SLO), milliseconds'),
  })
  .describe('Demand');

const describeShare = (what: string) => z.number().describe(`${what}, 0 to 1`);

export const MixReplicas = z
  .strictObject({
    type: TypeName,
    replicas: z.number().int().describe('Replicas of the type'),
    pricePerHour: Money.describe('Of one replica'),
    loadRatio: describeShare('Demand divided by the measured capacity of the replicas'),
    survivesLoss: z.boolean().describe('Whether the other replicas can serve the demand without one of these'),
    shares: z
      .array(z.strictObject({ bucket: BucketName, share: describeShare('Part of the requests of the bucket') }))
      .describe('Share of each bucket that is sent to them'),
  })
  .describe('Replicas of one type in a mix');

export const HardwareMix = z
  .strictObject({
    replicas: z.array(MixReplicas).describe('Types with replicas'),
    pricePerHour: Money.describe('Of all of them'),
    pricePerMonth: Money.describe('The same for 730 hours'),
  })
  .describe('Replicas that answer all requests in time');

export const TypeVerdict = z
  .strictObject({
    type: TypeName,
    verdict: z
      .enum(['usable', 'tooSlow', 'tooSmall', 'notPriced', 'notMeasured'])
      .describe('tooSlow: never within the latency. tooSmall: too little memory. notMeasured: no row of the profile'),
    reason: z.string().describe('Why, with the figures'),
    requestsPerSecond: z
      .array(
        z.strictObject({
          bucket: BucketName,
          requestsPerSecond: z
            .number()
            .nullable()
            .describe('Maximum within the latency target; null when not measured, or never within it'),
        }),
      )
      .describe('Requests a second that one replica serves within the latency target'),
    aloneReplicas: z
      .number()
      .int()
      .nullable()
      .describe('Replicas of this type alone; null when it cannot serve the demand'),
    alonePricePerHour: Money.nullable().describe('Price of those; null when it cannot serve the demand'),
  })
  .describe('A type that was considered');

export const HardwareAdvice = z
  .strictObject({
    best: HardwareMix.nullable().describe('The cheapest mix; null when no mix of measured types answers all in time'),
    isProven: z
      .boolean()
      .describe('Whether no cheaper mix of the usable types exists; false when the search was ended'),
    reason: z.string().nullable().describe('Reason that there is no best mix; else null'),
    present: z
      .strictObject({
        pricePerHour: Money.nullable().describe(
          'Price of the current replicas; null when one of their types has no price',
        ),
        meetsDemand: z
          .boolean()
          .nullable()
          .describe('Whether they serve the demand within the latency target; null when not measured'),
        monthlySaving: Money.nullable().describe('Present minus best, for 730 hours; null when one is not known'),
      })
      .nullable()
      .describe('Current replicas, compared with the best; null when not given'),
    types: z.array(TypeVerdict).describe('Every named type with its verdict'),
  })
  .describe('The cheapest measured hardware that meets the SLO');
export type HardwareAdvice = z.infer<typeof HardwareAdvice>;

export const adviseHardware = endpoint({
  method: 'POST',
  path: '/api/v1/gpus/hardware-advices',
  scope: 'finops.read',
  summary: 'Advise the cheapest replicas for a served model from measurements on each type of hardware; stores nothing',
  body: z.strictObject({
    profiles: z
      .array(MeasuredProfile)
      .max(MOST_ROWS)
      .default([])
      .describe('Measurements; several rates of one size are permitted'),
    endpoint: Name.optional().describe(
      'Endpoint of this server; adds its own measurements: requests and p95 latency of its replicas in each minute of the last 7 days',
    ),
    demand: z
      .array(DemandBucket)
      .min(1)
      .max(MOST_BUCKETS)
      .refine((rows) => new Set(rows.map(({ bucket }) => bucket)).size === rows.length, 'each bucket once')
      .describe('Demand'),
    prices: z
      .array(z.strictObject({ type: TypeName, price: PriceInput }))
      .max(MOST_TYPES)
      .default([])
      .describe('Prices of types. Default: the resource of this name in the price book'),
    consider: z.array(TypeName).max(MOST_TYPES).default([]).describe('Further types to evaluate'),
    present: z
      .array(
        z.strictObject({ type: TypeName, replicas: z.number().int().min(1).max(MOST_REPLICAS).describe('Replicas') }),
      )
      .max(MOST_TYPES)
      .default([])
      .describe('Current replicas'),
    loadRatio: z
      .number()
      .gt(0)
      .max(1)
      .default(0.8)
      .describe('Part of its measured rate that a replica may be loaded with, 0 to 1'),
    leastReplicas: z.number().int().min(1).max(100).default(2).describe('Replicas that there must be, for redundancy'),
    mostReplicas: z.number().int().min(1).max(MOST_REPLICAS).default(1000).describe('Most replicas of one type'),
    memoryGib: z.number().gt(0).max(1e6).optional().describe('GPU memory that the model needs, GiB'),
  }),
  response: HardwareAdvice,
  errors: ['profile_unusable', 'payload_too_large'],
});
