import { z } from 'zod';
import { endpoint } from '../../../platform/contract/schema.ts';
import { Duration } from '../../../platform/units/quantities/schema.ts';
import { Currency, DecimalString } from '../../../platform/units/schema.ts';

const Day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'a day such as 2026-11-01')
  .describe('UTC day');

const hours = z.number();
const share = z.number().nullable();
const kwh = z.number().nullable();

/** Money of a span of time, of which a part may have no price. */
export const GpuCost = z
  .strictObject({
    amount: DecimalString.nullable().describe('Hours times price, of the hours that have one; null when none has'),
    currency: Currency.nullable().describe('Currency of the amount; null without one'),
    unpricedGpuHours: hours.describe('GPU-hours without a price, left out of the amount'),
    reason: z.string().nullable().describe('Why they have none; null when all hours have a price'),
  })
  .describe('Cost of GPU-hours');
export type GpuCost = z.infer<typeof GpuCost>;

export const GpuBuckets = z
  .strictObject({
    paidGpuHours: hours.describe('All of them'),
    usedGpuHours: hours.describe('Utilization times time, outside of idle time'),
    underUsedGpuHours: hours.describe('The rest of the time that is not idle'),
    idleHeldGpuHours: hours.describe('Idle, with more than 1 GiB of GPU memory held: loaded and waiting, or left over'),
    idleFreeGpuHours: hours.describe('Idle, with less'),
    idleUnknownGpuHours: hours.describe('Idle, without a reading of the memory'),
    unallocatedGpuHours: hours
      .nullable()
      .describe('Time of GPUs without a holder in the pools; null when no pool is known'),
  })
  .describe('Where the paid time went; parts that never overlap and add up to it');
export type GpuBuckets = z.infer<typeof GpuBuckets>;

export const IdleGpu = z
  .strictObject({
    gpu: z.string().describe('Id of the GPU'),
    gpuHours: hours.describe('Time that its readings cover'),
    missingGpuHours: hours.describe('Time in bridged gaps, without readings'),
    meanUtilizationRatio: share.describe('Mean utilization, 0 to 1'),
    idleGpuHours: hours.describe('Time in idle periods'),
    idleShare: share.describe('Of its time, 0 to 1'),
    idlePeriods: z.number().int().describe('Idle periods'),
    longestIdleHours: hours.describe('The longest of them'),
    energyKwh: kwh.describe('Energy that its counter counted, kWh; null: not read'),
    idleEnergyKwh: kwh.describe('That of its idle periods, kWh; null: not read'),
    cost: GpuCost,
    idleCost: GpuCost,
  })
  .describe('Idle time of one GPU');
export type IdleGpu = z.infer<typeof IdleGpu>;

export const GpuPool = z
  .strictObject({
    pool: z.string().describe('Name'),
    gpuHours: hours.describe('Time of all its GPUs'),
    unallocatedGpuHours: hours.describe('Time of GPUs without a holder'),
    unallocatedShare: share.describe('Of all, 0 to 1'),
    cost: GpuCost,
    unallocatedCost: GpuCost,
  })
  .describe('Time of the GPUs of a pool');
export type GpuPool = z.infer<typeof GpuPool>;

export const GpuIdle = z
  .strictObject({
    windowMs: z.number().int().describe('Minimum length of an idle period, in milliseconds'),
    thresholdRatio: z.number().describe('Utilization up to which a GPU is idle, 0 to 1'),
    maxGapMs: z.number().int().describe('Maximum gap between two readings that is bridged, in milliseconds'),
    from: Day.nullable().describe('First day; null: the first day with readings'),
    to: Day.nullable().describe('End, exclusive; null: no end'),
    daysLeftOut: z
      .array(Day)
      .describe(
        'Days left out: a threshold above zero needs single readings, and retention has deleted those of these days',
      ),
    gpus: z.number().int().describe('GPUs with readings'),
    samples: z.number().int().describe('Readings'),
    gpuHours: hours.describe('Time that the readings cover, including readings that the source lost'),
    lostRatio: z
      .number()
      .describe('Share of readings that the source lost for all GPUs: the median over the GPUs, weighted by time'),
    missingGpuHours: hours.describe('Time in bridged gaps beyond the share that the source lost; it is in no figure'),
    meanUtilizationRatio: share.describe('Mean utilization, 0 to 1; null without readings'),
    idleGpuHours: hours.describe('Time in idle periods'),
    idleShare: share.describe('Of the time, 0 to 1; null without readings'),
    cost: GpuCost,
    idleCost: GpuCost,
    energyKwh: kwh.describe(
      'Energy by the counters of all these GPUs, kWh, from readings in the lake; null when unknown for one of them',
    ),
    idleEnergyKwh: kwh.describe('Energy of idle periods, kWh; null when unknown, for example for GPUs with MIG parts'),
    energyReason: z.string().nullable().describe('Reason that the energy is unknown; null when it is known'),
    buckets: GpuBuckets,
    byGpu: z.array(IdleGpu).describe('By GPU, the longest idle first'),
    pools: z.array(GpuPool).describe('Pools with a known number of GPUs without a holder, by name'),
  })
  .describe('Idle time of GPUs and its cost');
export type GpuIdle = z.infer<typeof GpuIdle>;

const MOST_HOURS_MS = 30 * 86_400_000;

export const getGpuIdle = endpoint({
  method: 'GET',
  path: '/api/v1/gpus/idle',
  scope: 'finops.read',
  summary: 'List idle GPUs with their idle time and its cost',
  query: z.strictObject({
    window: Duration.pipe(z.number().max(MOST_HOURS_MS, '30 days at most'))
      .prefault('30m')
      .describe('Minimum length of an idle period'),
    threshold: z.coerce.number().min(0).max(1).default(0).describe('Utilization up to which a GPU is idle, 0 to 1'),
    maxGap: Duration.pipe(z.number().max(MOST_HOURS_MS, '30 days at most'))
      .prefault('5m')
      .describe('Maximum gap between two readings that is bridged'),
    from: Day.optional(),
    to: Day.optional().describe('UTC day, exclusive'),
    top: z.coerce.number().int().min(0).max(100_000).default(100).describe('GPUs that are listed'),
  }),
  response: GpuIdle,
  errors: ['lake_memory_exhausted'],
});
export type IdleQuery = z.infer<typeof getGpuIdle.query>;
