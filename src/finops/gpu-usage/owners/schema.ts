import { z } from 'zod';
import { Subject } from '../../../org/schema.ts';
import { endpoint, PartialAnswer } from '../../../platform/contract/schema.ts';
import { Currency, DecimalString, UtcInstant } from '../../../platform/units/schema.ts';
import { getGpuIdle } from '../idle/schema.ts';
import { OwnerDimension } from './dimension/schema.ts';

export const WorkOutcome = z
  .enum(['finished', 'failed', 'cancelled', 'running', 'serving', 'unknown'])
  .describe(
    'How the work ended as far as is known now: cancelled was killed or stopped by a person or a budget; serving has no end; unknown is no run of this server',
  );
export type WorkOutcome = z.infer<typeof WorkOutcome>;

/** Buckets of GPU time that never overlap, in the order in which they are drawn. */
export const bucketNames = ['used', 'underUsed', 'idleHeld', 'idleFree', 'idleUnknown', 'unallocated'] as const;
export type Bucket = (typeof bucketNames)[number];

const bucketTexts: Readonly<Record<Bucket, string>> = {
  used: 'utilization times time, outside of idle time',
  underUsed: 'the rest of the time that is not idle',
  idleHeld: 'idle, with more than 1 GiB of GPU memory held',
  idleFree: 'idle, with less',
  idleUnknown: 'idle, without a reading of the memory',
  unallocated: 'without a holder',
};

function buildPerBucket<T extends z.ZodType>(value: T, unit: string) {
  const described = bucketNames.map((name) => [name, value.describe(`${unit}: ${bucketTexts[name]}`)] as const);
  return Object.fromEntries(described) as Record<Bucket, T>;
}

export const BucketHours = z
  .strictObject({ paid: z.number().describe('GPU-hours: all of them'), ...buildPerBucket(z.number(), 'GPU-hours') })
  .describe('GPU-hours by bucket; they add up to paid');
export type BucketHours = z.infer<typeof BucketHours>;

export const BucketCost = z
  .strictObject({
    currency: Currency.nullable().describe('Currency of all amounts; null without one'),
    paid: DecimalString.nullable().describe('Exact amount of all of them; null when none has a price'),
    ...buildPerBucket(DecimalString.nullable(), 'Exact amount'),
    unpricedGpuHours: z.number().describe('GPU-hours that have no price and are in no amount'),
    reason: z
      .string()
      .nullable()
      .describe('Reason that amounts are null or left out; null when all hours have a price'),
    priceSources: z.array(z.string()).describe('Each price behind the amounts, with its source'),
  })
  .describe('Cost by bucket; the amounts sum exactly to paid');
export type BucketCost = z.infer<typeof BucketCost>;

const share = z.number().nullable();

const figures = {
  gpus: z.number().int().describe('Number of its GPUs'),
  gpuHours: BucketHours,
  cost: BucketCost,
  usedShare: share.describe('Used of paid GPU-hours, 0 to 1; null without hours'),
  idleShare: share.describe('Idle of paid GPU-hours, 0 to 1; null without hours'),
};

export const UnknownOwner = z
  .strictObject({
    reason: z.string().describe('Reason that the owner is unknown'),
    gpuHours: z.number().describe('GPU-hours with this reason'),
  })
  .describe('Time of unknown owners, by reason');

export const GpuOwner = z
  .strictObject({
    key: z.string().nullable().describe('Value of the grouping; null when unknown, or without a holder'),
    kind: z
      .enum(['owner', 'unknown', 'nobody'])
      .describe('`nobody`: the GPUs had no holder; `unknown`: the holder or its owner is not reported'),
    subject: Subject.describe('Fields that are the same for all time of the group'),
    ...figures,
    unknown: z
      .array(UnknownOwner)
      .describe('Reasons that the owner is unknown, the most hours first; empty for an owner'),
  })
  .describe('GPU time and money of one owner');
export type GpuOwner = z.infer<typeof GpuOwner>;

const idleQuery = getGpuIdle.query.shape;
export const OwnersQuery = {
  window: idleQuery.window,
  threshold: idleQuery.threshold,
  maxGap: idleQuery.maxGap,
  from: idleQuery.from,
  to: idleQuery.to,
  team: z.string().min(1).max(250).optional().describe('Only time of this team'),
};

const limits = {
  from: z.string().nullable().describe('First day; null: the first day with readings'),
  to: z.string().nullable().describe('First day that no longer belongs to it; null: none'),
  team: z.string().nullable().describe('Only time of this team; null: of all'),
  partial: PartialAnswer,
};

export const GpuOwners = z
  .strictObject({
    by: OwnerDimension,
    ...limits,
    ...figures,
    groups: z
      .array(GpuOwner)
      .describe(
        'By owner, the highest idle cost first, then idle hours; `top` of them, then unknown owners and time without a holder',
      ),
    others: GpuOwner.nullable().describe('Sum of the owners that are not listed; null when all are listed'),
    groupCount: z.number().int().describe('Owners in all'),
  })
  .describe('GPU time and money by owner; the groups of every grouping sum to the totals');
export type GpuOwners = z.infer<typeof GpuOwners>;

export const getGpuOwners = endpoint({
  method: 'GET',
  path: '/api/v1/gpus/owners',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'Report GPU time by owner: used, under-used, idle and without a holder, in hours and money',
  query: z.strictObject({
    by: OwnerDimension.default('team'),
    ...OwnersQuery,
    top: z.coerce.number().int().min(1).max(10_000).default(100).describe('Owners that are listed'),
  }),
  response: GpuOwners,
  errors: ['lake_memory_exhausted'],
});

export const gpuOwnersCsv = endpoint({
  method: 'GET',
  path: '/api/v1/gpus/owners.csv',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'Export GPU time by owner as CSV',
  query: getGpuOwners.query,
  response: z.string(),
  errors: ['lake_memory_exhausted'],
  answers: 'csv',
});

export const EfficiencyPoint = z
  .strictObject({
    start: UtcInstant.describe('Start of the day or week (Monday), UTC'),
    gpuHours: BucketHours,
    cost: BucketCost,
    usedShare: figures.usedShare,
    idleShare: figures.idleShare,
  })
  .describe('GPU time of one day or week');

export type EfficiencyPoint = z.infer<typeof EfficiencyPoint>;

export const GpuEfficiency = z
  .strictObject({
    by: OwnerDimension,
    step: z.enum(['day', 'week']).describe('Width of a point'),
    ...limits,
    series: z
      .array(
        z
          .strictObject({
            key: GpuOwner.shape.key,
            kind: GpuOwner.shape.kind,
            points: z.array(EfficiencyPoint).describe('In the order of time; a day or week without time is left out'),
          })
          .describe('One owner over time'),
      )
      .describe('By owner, the most GPU-hours first; `top` of them'),
    all: z.array(EfficiencyPoint).describe('All owners together'),
  })
  .describe('How much of the GPU time was used, over time');
export type GpuEfficiency = z.infer<typeof GpuEfficiency>;

export const getGpuEfficiency = endpoint({
  method: 'GET',
  path: '/api/v1/gpus/efficiency',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'Report the used share of GPU time by owner and day or week',
  query: z.strictObject({
    by: OwnerDimension.default('team'),
    step: z.enum(['day', 'week']).default('day').describe('Width of a point'),
    ...OwnersQuery,
    top: z.coerce.number().int().min(1).max(1000).default(20).describe('Owners that are listed'),
  }),
  response: GpuEfficiency,
  errors: ['lake_memory_exhausted'],
});

export const gpuEfficiencyCsv = endpoint({
  method: 'GET',
  path: '/api/v1/gpus/efficiency.csv',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'Export the used share of GPU time as CSV',
  query: getGpuEfficiency.query,
  response: z.string(),
  errors: ['lake_memory_exhausted'],
  answers: 'csv',
});

export const GpuOutcomes = z
  .strictObject({
    ...limits,
    ...figures,
    outcomes: z
      .array(
        z
          .strictObject({
            outcome: z
              .enum([...WorkOutcome.options, 'nobody'])
              .describe('Outcome of the work; `nobody`: the GPUs had no holder'),
            owners: z.number().int().describe('Owners with this outcome, such as runs and endpoints'),
            ...figures,
          })
          .describe('GPU time of work that ended in one way'),
      )
      .describe('Those that there are, in a fixed order'),
  })
  .describe('GPU time and money by outcome of the work, a separate view of the same hours');
export type GpuOutcomes = z.infer<typeof GpuOutcomes>;

export const getGpuOutcomes = endpoint({
  method: 'GET',
  path: '/api/v1/gpus/outcomes',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'Report GPU time and money by outcome of the work: finished, failed, cancelled',
  query: z.strictObject(OwnersQuery),
  response: GpuOutcomes,
  errors: ['lake_memory_exhausted'],
});

export const gpuOutcomesCsv = endpoint({
  method: 'GET',
  path: '/api/v1/gpus/outcomes.csv',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'Export GPU time by outcome of the work as CSV',
  query: getGpuOutcomes.query,
  response: z.string(),
  errors: ['lake_memory_exhausted'],
  answers: 'csv',
});
