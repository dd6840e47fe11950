import type { Item } from './items.ts';
import { type Fraction, formatAmount, ONE, toGpuHours } from './money.ts';
import { type Bucket, type BucketCost, type BucketHours, bucketNames } from './schema.ts';

interface Times {
  readonly scale: Fraction;
  readonly us: Record<Bucket, bigint>;
}

/** Adds items up, exactly. */
export interface Sum {
  readonly gpus: Set<string>;
  readonly times: Map<string, Times>;
  readonly units: Map<string, Record<Bucket, bigint>>;
  readonly pricedUs: Record<Bucket, bigint>;
  readonly unpriced: Map<string, Times>;
  readonly reasons: Set<string>;
  readonly sources: Set<string>;
}

const createEmptyBuckets = (): Record<Bucket, bigint> => ({
  ...{ used: 0n, underUsed: 0n, idleHeld: 0n, idleFree: 0n, idleUnknown: 0n, unallocated: 0n },
});

export function createEmptySum(): Sum {
  return {
    gpus: new Set(),
    times: new Map(),
    units: new Map(),
    pricedUs: createEmptyBuckets(),
    unpriced: new Map(),
    reasons: new Set(),
    sources: new Set(),
  };
}

export function addItem(sum: Sum, item: Item): void {
  if (item.gpu !== null) sum.gpus.add(item.gpu);
  addTimes(sum.times, item);
  if (item.units === null || item.currency === null) {
    addTimes(sum.unpriced, item);
    if (item.reason !== null && bucketNames.some((name) => item.us[name] > 0n)) sum.reasons.add(item.reason);
    return;
  }
  const units = sum.units.get(item.currency) ?? createEmptyBuckets();
  for (const name of bucketNames) {
    units[name] += item.units[name];
    sum.pricedUs[name] += item.us[name];
  }
  sum.units.set(item.currency, units);
  if (item.priceSource !== null) sum.sources.add(item.priceSource);
}

function addTimes(all: Map<string, Times>, { scale, us }: Item): void {
  const key = `${scale.over}/${scale.under}`;
  const times = all.get(key) ?? { scale, us: createEmptyBuckets() };
  for (const name of bucketNames) times.us[name] += us[name];
  all.set(key, times);
}

/** Hours of a bucket, or of all. */
function countHours(all: ReadonlyMap<string, Times>, names: readonly Bucket[]): number {
  let sum = 0;
  for (const { scale, us } of all.values()) {
    sum += toGpuHours(
      names.reduce((total, name) => total + us[name], 0n),
      scale,
    );
  }
  return sum;
}

export function buildBucketHours({ times }: Sum): BucketHours {
  const each = Object.fromEntries(bucketNames.map((name) => [name, countHours(times, [name])])) as Record<
    Bucket,
    number
  >;
  return { paid: countHours(times, bucketNames), ...each };
}

export function buildBucketCost(sum: Sum): BucketCost {
  const unpricedGpuHours = countHours(sum.unpriced, bucketNames);
  const reasons = [...sum.reasons].toSorted();
  const currencies = [...sum.units.keys()].toSorted();
  if (currencies.length > 1) reasons.push(`prices in ${currencies.join(' and ')} are not added up`);
  const [currency = null] = currencies.length === 1 ? currencies : [];
  const units = currency === null ? undefined : sum.units.get(currency);
  const us = sumMicroseconds(sum);
  const amount = (name: Bucket) =>
    units === undefined || (us[name] > 0n && sum.pricedUs[name] === 0n) ? null : formatAmount(units[name]);
  const each = Object.fromEntries(bucketNames.map((name) => [name, amount(name)])) as Record<Bucket, string | null>;
  const paid = units === undefined ? null : bucketNames.reduce((total, name) => total + units[name], 0n);
  return {
    currency,
    paid: paid === null ? null : formatAmount(paid),
    ...each,
    unpricedGpuHours: currencies.length > 1 ? countHours(sum.times, bucketNames) : unpricedGpuHours,
    reason: reasons.length === 0 ? null : reasons.join('; '),
    priceSources: [...sum.sources].toSorted(),
  };
}

function sumMicroseconds({ times }: Sum): Record<Bucket, bigint> {
  const total = createEmptyBuckets();
  for (const { us } of times.values()) for (const name of bucketNames) total[name] += us[name];
  return total;
}

const IDLE: readonly Bucket[] = ['idleHeld', 'idleFree', 'idleUnknown'];

/** Exact units of idle money in whatever currency: for an order alone. */
export function sumIdleUnits({ units }: Sum): bigint {
  let sum = 0n;
  for (const each of units.values()) for (const name of IDLE) sum += each[name];
  return sum;
}

export function sumIdleHours({ times }: Sum): number {
  return countHours(times, IDLE);
}

export function toFigures(sum: Sum) {
  const gpuHours = buildBucketHours(sum);
  const share = (part: number) => (gpuHours.paid === 0 ? null : part / gpuHours.paid);
  const idle = gpuHours.idleHeld + gpuHours.idleFree + gpuHours.idleUnknown;
  return {
    gpus: sum.gpus.size,
    gpuHours,
    cost: buildBucketCost(sum),
    usedShare: share(gpuHours.used),
    idleShare: share(idle),
  };
}

/** GPU-hours of one item, of all buckets. */
export function countItemHours({ us, scale }: Item): number {
  return toGpuHours(
    bucketNames.reduce((sum, name) => sum + us[name], 0n),
    scale ?? ONE,
  );
}
