import { type Bucket, type BucketCost, type BucketHours, bucketNames } from '../../../src/finops/gpu-usage/schema.ts';
import { decimal, decimalString, type Money, sumDecimals } from '../../../src/platform/units/schema.ts';
import type { BarSeries } from '../charts/stacked-bars-option.ts';
import { BUCKETS, GPU_HOURS, idleParts } from './words.ts';

interface Figures {
  readonly gpuHours: BucketHours;
  readonly cost: BucketCost;
}

/** Exact money of a bucket, or of all; null where no hour of it has a price. */
export function toMoney(cost: BucketCost, name: Bucket | 'paid'): Money | null {
  const amount = cost[name];
  return amount === null || cost.currency === null ? null : { amount, currency: cost.currency };
}

export function idleMoney(cost: BucketCost): Money | null {
  const known = idleParts(cost).filter((amount) => amount !== null);
  if (known.length === 0 || cost.currency === null) return null;
  return { amount: sumDecimals(known), currency: cost.currency };
}

export function idleHours(hours: BucketHours): number {
  return hours.idleHeld + hours.idleFree + hours.idleUnknown;
}

/** Currency, or GPU-hours where no hour has a price. */
export function pickUnit({ cost }: Figures): string {
  return cost.currency ?? GPU_HOURS;
}

/** A series for each bucket that has any time, over things that each have figures. */
export function bucketSeries(of: readonly Figures[], unit: string): BarSeries[] {
  return bucketNames.flatMap((name) => {
    if (!of.some(({ gpuHours }) => gpuHours[name] > 0)) return [];
    const { label, variable } = BUCKETS[name];
    const amounts = of.map(({ gpuHours, cost }) => (unit === GPU_HOURS ? gpuHours[name].toFixed(6) : cost[name]));
    return [{ id: name, label, variable, amounts }];
  });
}

const PLACES = 6;

/** Mean price of a paid GPU-hour; null where no hour has a price. Example: 33.6 USD for 14 GPU-hours -> 2.4 USD. */
export function computeUnitPrice({ gpuHours, cost }: Figures): Money | null {
  const paid = toMoney(cost, 'paid');
  if (paid === null || gpuHours.paid === 0) return null;
  const amount = decimal(paid.amount).dividedBy(String(gpuHours.paid)).toDecimalPlaces(PLACES);
  return { amount: decimalString(amount), currency: paid.currency };
}
