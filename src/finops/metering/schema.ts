import { z } from 'zod';
import { Subject } from '../../org/schema.ts';
import { endpoint, NextPageToken, PageQuery, PartialAnswer } from '../../platform/contract/schema.ts';
import { DecimalString, Money, Period, UtcInstant } from '../../platform/units/schema.ts';
import { UsedPrice } from '../prices/schema.ts';

export const ResourceName = z
  .string()
  .regex(/^[\w.:/@-]{1,200}$/, 'letters, digits and . _ : / @ -')
  .describe('Key in the price book, for example "gpu:A10G", "vcpu", "g5.xlarge" or "g5.xlarge@eu-west-1"');

const MOST_SERVICE_TIMES = 1000;

export const BenchmarkFacts = z
  .strictObject({
    batchSize: z.number().int().min(1).max(1_000_000).describe('Predictions that one request asks for'),
    concurrency: z
      .number()
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe('Concurrent requests on the hardware. Default: 1'),
    serviceSeconds: z
      .array(z.number().min(1e-9).max(86_400).describe('Seconds'))
      .min(1)
      .max(MOST_SERVICE_TIMES)
      .optional()
      .describe(
        'Seconds that single requests of the interval took, waiting not included: all of them, or a random part',
      ),
  })
  .describe('How a benchmark was run: costs are compared at the same batch size only');
export type BenchmarkFacts = z.infer<typeof BenchmarkFacts>;

/** Use of a resource over a period. Metered cost = quantity x (end - start) hours x the price of the resource. */
export const UsageInterval = z
  .strictObject({
    usage: z
      .string()
      .regex(/^[\w.:-]{1,200}$/)
      .describe('Id; sending the same again replaces it, so retries are safe'),
    subject: Subject,
    resource: ResourceName,
    resourceId: z
      .string()
      .min(1)
      .max(500)
      .optional()
      .describe('ResourceId of the resource in the bill; the reconciliation matches billed rows by it'),
    quantity: DecimalString.refine((text) => !text.startsWith('-'), 'zero or more').describe(
      'Number of units (GPUs, vCPUs, instances)',
    ),
    price: Money.optional().describe(
      'Price of one unit for an hour, where the sender knows it better than the price book',
    ),
    period: Period.describe('Time of the usage'),
    predictions: z
      .number()
      .int()
      .min(0)
      .optional()
      .describe('Predictions answered in the interval, if the usage served predictions'),
    benchmark: BenchmarkFacts.optional().describe('Facts of the benchmark, if the usage is one; not with an endpoint'),
    origin: z.string().min(1).max(250).describe('Origin of the measurement: program and method'),
  })
  .describe('A usage interval');
export type UsageInterval = z.infer<typeof UsageInterval>;

export const MeteredCost = z
  .strictObject({
    cost: Money.nullable().describe('Metered cost; null when a price is missing'),
    reason: z.string().nullable().describe('Why the cost is null'),
    hours: DecimalString.describe('Quantity times hours'),
    priceSource: z.string().nullable().describe('Source of the price, with its date'),
    prices: z.array(UsedPrice).describe('Prices in force within the interval, in order of time; empty without any'),
  })
  .describe('Cost of a usage interval by the price book');

export const recordUsage = endpoint({
  method: 'POST',
  path: '/api/v1/usage-intervals',
  scope: 'finops.write',
  summary: 'Record usage intervals, all or none',
  body: z.strictObject({ intervals: z.array(UsageInterval).min(1).max(1000).describe('Intervals') }),
  response: z.strictObject({ recorded: z.number().int().describe('Intervals stored') }),
  errors: ['usage_interval_invalid'],
});

export const listUsage = endpoint({
  method: 'GET',
  path: '/api/v1/usage-intervals',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'List usage intervals with their metered cost, latest first',
  query: z.strictObject({
    run: z.string().optional().describe('Only of this run'),
    model: z.string().optional().describe('Only of this registered model'),
    modelVersion: z.string().optional().describe('Only of this version'),
    ...PageQuery,
  }),
  response: z.strictObject({
    intervals: z
      .array(z.strictObject({ ...UsageInterval.shape, metered: MeteredCost, recordedAt: UtcInstant }))
      .describe('Intervals, latest start first'),
    nextPageToken: NextPageToken,
    partial: PartialAnswer,
  }),
  errors: ['invalid_page_token'],
});

export const MeteredTotal = z
  .strictObject({
    cost: Money.nullable().describe('Sum of the priced intervals; null when there is none'),
    pricedIntervals: z.number().int().describe('Intervals in the sum'),
    unpricedIntervals: z.number().int().describe('Intervals without a price, left out of the sum'),
    unpricedResources: z.array(z.string()).describe('Resources that the price book lacks'),
    hours: DecimalString.describe('Resource-hours of all intervals'),
    predictions: z
      .number()
      .int()
      .nullable()
      .describe('Predictions answered in the intervals; null when none counted them'),
    period: Period.nullable().describe('From the first start to the last end; null without intervals'),
    prices: z.array(UsedPrice).describe('Prices of the sum, by resource and time, with their age at the last usage'),
  })
  .describe('Metered cost of a subject');
export type MeteredTotal = z.infer<typeof MeteredTotal>;

export const meteredCost = endpoint({
  method: 'GET',
  path: '/api/v1/metered-cost',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'Get the metered cost of a subject: all intervals whose subject has the given fields',
  query: z.strictObject(Subject.shape),
  response: z.strictObject({ ...MeteredTotal.shape, partial: PartialAnswer }).describe('Metered cost of a subject'),
  errors: ['currency_mismatch'],
});
