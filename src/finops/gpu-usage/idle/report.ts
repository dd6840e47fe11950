import type { LakeRow } from '../../../platform/lake/index.ts';
import { type Decimal, decimal } from '../../../platform/units/index.ts';
import { computeCost, sumOfCosts, toHours } from './costs.ts';
import type { KnownEnergy } from './energy.ts';
import { computeCommonLoss } from './loss.ts';
import { buildPools } from './pools.ts';
import type { Rates } from './rates.ts';
import type { GpuIdle, IdleGpu, IdleQuery } from './schema.ts';

/** Query results of the lake. */
export interface MeasuredTimes {
  readonly gpus: readonly LakeRow[];
  readonly priced: readonly LakeRow[];
  readonly memory: readonly LakeRow[];
  readonly pools: readonly LakeRow[];
  readonly reasons: ReadonlyMap<string, string | null>;
}

interface GpuTime {
  readonly gpu: string;
  readonly ms: bigint;
  readonly lostMs: bigint;
  readonly idleMs: bigint;
  readonly samples: number;
  readonly valueMs: number;
  readonly idleValueMs: number;
  readonly idlePeriods: number;
  readonly longestIdleMs: number;
}

/** The report from the query results, with the time of lost readings added to all GPUs alike, and with cost. */
export function buildIdleReport(
  query: IdleQuery,
  rates: Rates,
  times: MeasuredTimes & { readonly energy: KnownEnergy },
  daysLeftOut: readonly string[],
): GpuIdle {
  const gpus = times.gpus.map(rowToGpuTime);
  const loss = computeCommonLoss(gpus);
  const scale = decimal(String(loss.ms + loss.lostMs)).dividedBy(String(loss.ms));
  const scaled = (ms: bigint) => scale.times(String(ms));
  const priced = Map.groupBy(times.priced, (row) => String(row.gpu));
  const byGpu = gpus.map((gpu) => buildIdleGpu(gpu, { scaled, rates, times, priced: priced.get(gpu.gpu) ?? [] }));
  const [ms, lostMs, idleMs] = [sumGpuTimes(gpus, 'ms'), sumGpuTimes(gpus, 'lostMs'), sumGpuTimes(gpus, 'idleMs')];
  const valueMs = gpus.reduce((sum, gpu) => sum + gpu.valueMs, 0);
  const pools = buildPools(times.pools, rates);
  return {
    windowMs: query.window,
    thresholdRatio: query.threshold,
    maxGapMs: query.maxGap,
    from: query.from ?? null,
    to: query.to ?? null,
    daysLeftOut: [...daysLeftOut],
    gpus: gpus.length,
    samples: gpus.reduce((sum, { samples }) => sum + samples, 0),
    gpuHours: toHours(scaled(ms)),
    lostRatio: Number(loss.lostMs) / Number(loss.ms + loss.lostMs),
    missingGpuHours: Math.max(0, toHours(decimal(String(ms + lostMs)).minus(scaled(ms)))),
    meanUtilizationRatio: ms === 0n ? null : roundRepeatable(valueMs / Number(ms)),
    idleGpuHours: toHours(scaled(idleMs)),
    idleShare: computeShare(idleMs, ms),
    cost: sumOfCosts(byGpu.map(({ cost }) => cost)),
    idleCost: sumOfCosts(byGpu.map(({ idleCost }) => idleCost)),
    energyKwh: toKwh(times.energy.joules),
    idleEnergyKwh: gpus.some(({ gpu }) => gpu.includes('/')) ? null : toKwh(times.energy.idleJoules),
    energyReason: times.energy.reason,
    buckets: buildBuckets(gpus, times.memory, scale, pools),
    byGpu: byGpu.toSorted((a, b) => b.idleGpuHours - a.idleGpuHours || (a.gpu < b.gpu ? -1 : 1)).slice(0, query.top),
    pools,
  };
}

function rowToGpuTime(row: LakeRow): GpuTime {
  return {
    gpu: String(row.gpu),
    ms: BigInt(String(row.ms)),
    lostMs: BigInt(String(row.lostMs)),
    idleMs: BigInt(String(row.idleMs)),
    samples: Number(row.samples),
    valueMs: Number(row.valueMs),
    idleValueMs: Number(row.idleValueMs),
    idlePeriods: Number(row.idlePeriods),
    longestIdleMs: Number(row.longestIdleMs),
  };
}

const JOULES_A_KWH = 3_600_000;

function toKwh(joules: number | null): number | null {
  return joules === null ? null : roundRepeatable(joules / JOULES_A_KWH);
}

/** Sums of ratios depend in their last digits on the order of summing, which the engine is free in. */
function roundRepeatable(value: number): number {
  return Number(value.toPrecision(12));
}

function sumGpuTimes(gpus: readonly GpuTime[], field: 'ms' | 'lostMs' | 'idleMs'): bigint {
  return gpus.reduce((sum, gpu) => sum + gpu[field], 0n);
}

function computeShare(part: bigint, whole: bigint): number | null {
  return whole === 0n ? null : Number(part) / Number(whole);
}

interface Pricing {
  readonly scaled: (ms: bigint) => Decimal;
  readonly rates: Rates;
  readonly times: MeasuredTimes & { readonly energy: KnownEnergy };
  /** Its time by rate. */
  readonly priced: readonly LakeRow[];
}

function buildIdleGpu(gpu: GpuTime, { scaled, rates, times, priced }: Pricing): IdleGpu {
  const reason = times.reasons.get(gpu.gpu) ?? null;
  const energy = times.energy.byGpu.get(gpu.gpu);
  const rated = (field: 'ms' | 'idleMs') =>
    priced.flatMap((row) => {
      const rate = rates.rates[Number(row.rate)];
      return rate === undefined ? [] : [{ rate, ms: scaled(BigInt(String(row[field]))) }];
    });
  return {
    gpu: gpu.gpu,
    gpuHours: toHours(scaled(gpu.ms)),
    missingGpuHours: toHours(decimal(String(gpu.lostMs))),
    meanUtilizationRatio: gpu.ms === 0n ? null : roundRepeatable(gpu.valueMs / Number(gpu.ms)),
    idleGpuHours: toHours(scaled(gpu.idleMs)),
    idleShare: computeShare(gpu.idleMs, gpu.ms),
    idlePeriods: gpu.idlePeriods,
    longestIdleHours: toHours(decimal(gpu.longestIdleMs)),
    energyKwh: toKwh(energy?.joules ?? null),
    idleEnergyKwh: toKwh(energy?.idleJoules ?? null),
    cost: computeCost(scaled(gpu.ms), rated('ms'), reason),
    idleCost: computeCost(scaled(gpu.idleMs), rated('idleMs'), reason),
  };
}

/** Parts of the paid time that do not overlap: see `GpuBuckets`. */
function buildBuckets(
  gpus: readonly GpuTime[],
  memory: readonly LakeRow[],
  scale: Decimal,
  pools: GpuIdle['pools'],
): GpuIdle['buckets'] {
  const hours = (ms: number | bigint) => toHours(scale.times(String(ms)));
  const memoryMs = (low: boolean) => BigInt(String(memory.find((row) => row.low === low)?.ms ?? 0));
  const [ms, idleMs] = [sumGpuTimes(gpus, 'ms'), sumGpuTimes(gpus, 'idleMs')];
  const [held, free] = [memoryMs(false), memoryMs(true)];
  const usedMs = gpus.reduce((sum, gpu) => sum + gpu.valueMs - gpu.idleValueMs, 0);
  const unallocated = pools.length === 0 ? null : pools.reduce((sum, pool) => sum + pool.unallocatedGpuHours, 0);
  return {
    paidGpuHours: hours(ms) + (unallocated ?? 0),
    usedGpuHours: roundRepeatable(hours(usedMs)),
    underUsedGpuHours: roundRepeatable(hours(Number(ms - idleMs) - usedMs)),
    idleHeldGpuHours: hours(held),
    idleFreeGpuHours: hours(free),
    idleUnknownGpuHours: hours(idleMs - held - free),
    unallocatedGpuHours: unallocated,
  };
}
