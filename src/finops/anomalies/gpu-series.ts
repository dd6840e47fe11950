import type { SliceDay } from '../costs/index.ts';
import type { GpuDay } from '../gpu-usage/index.ts';
import { toDayNumber } from './day.ts';
import { GPU_DIMENSIONS, matchesConditions } from './gpu-charges.ts';
import { isDaily, type LedgerSeries } from './series.ts';
import type { Slice } from './slice.ts';

/** Owners of a dimension that are judged, those with the most GPU-hours. */
const MOST_OWNERS = 100;
/** A day is skipped if its readings cover less than this share of the GPU-hours of a typical day. */
const LEAST_SHARE_OF_HOURS = 0.5;
/** GPU-hours of a day from which on utilization is a figure and no accident. */
const LEAST_HOURS = 1;

/**
 * Daily series of GPUs: utilization and idle cost, in total and by team, model and endpoint. A day without readings, or with
 * far fewer than usual, is unknown. The last day may be incomplete, so it is never a dip.
 */
export function buildGpuSeries(days: readonly GpuDay[], idle: readonly SliceDay[]): LedgerSeries[] {
  const known = listWholeDays(days);
  const last = known.at(-1);
  if (last === undefined) return [];
  const slices: Slice[] = [[], ...GPU_DIMENSIONS.flatMap((dimension) => listLargest(days, dimension))];
  return slices
    .flatMap((slice) => {
      const own = days.filter((one) => matchesConditions(one, slice));
      const common = { slice, incompleteFrom: last };
      return [buildUtilizationSeries(own, known, common), ...buildIdleCostSeries(idle, own, known, common)];
    })
    .filter(isDaily);
}

/** Days with readings for most of the typical GPU-hours. */
function listWholeDays(days: readonly GpuDay[]): number[] {
  const hours = new Map<number, number>();
  for (const { day, paidHours } of days) hours.set(toDayNumber(day), (hours.get(toDayNumber(day)) ?? 0) + paidHours);
  const sorted = [...hours.values()].toSorted((a, b) => a - b);
  const usual = sorted[sorted.length >> 1] ?? 0;
  return [...hours]
    .filter(([, of]) => of >= LEAST_SHARE_OF_HOURS * usual)
    .map(([day]) => day)
    .toSorted((a, b) => a - b);
}

function listLargest(days: readonly GpuDay[], dimension: (typeof GPU_DIMENSIONS)[number]): Slice[] {
  const hours = new Map<string, number>();
  for (const one of days) {
    const value = one[dimension];
    if (value !== null) hours.set(value, (hours.get(value) ?? 0) + one.paidHours);
  }
  const sorted = [...hours].toSorted(([a, more], [b, less]) => less - more || (a < b ? -1 : 1));
  return sorted.slice(0, MOST_OWNERS).map(([value]) => [{ dimension, value }]);
}

type Common = Pick<LedgerSeries, 'slice' | 'incompleteFrom'>;

function buildUtilizationSeries(own: readonly GpuDay[], known: readonly number[], common: Common): LedgerSeries {
  const byDay = Map.groupBy(own, ({ day }) => toDayNumber(day));
  const sums = known.flatMap((day) => {
    const of = byDay.get(day) ?? [];
    const paid = of.reduce((sum, { paidHours }) => sum + paidHours, 0);
    const used = of.reduce((sum, { usedHours }) => sum + usedHours, 0);
    return paid < LEAST_HOURS ? [] : [{ day, paid, value: used / paid }];
  });
  const currencies = new Set(own.map(({ currency }) => currency));
  const [currency = null] = currencies;
  return {
    ...common,
    measure: 'gpu_utilization',
    // Hours of several currencies, or without a price, have no money together.
    currency: currencies.size === 1 ? currency : null,
    unit: null,
    points: sums.map(({ day, value }) => ({ day, value })),
    weights: new Map(sums.map(({ day, paid }) => [day, paid])),
  };
}

/** A day with readings but without a GPU of the slice has no idle cost; hours without a price are unknown. */
function buildIdleCostSeries(
  idle: readonly SliceDay[],
  own: readonly GpuDay[],
  known: readonly number[],
  { slice, ...common }: Common,
): LedgerSeries[] {
  const [part] = slice;
  const unpriced = new Set(own.flatMap(({ day, currency }) => (currency === null ? [toDayNumber(day)] : [])));
  const of = idle.filter(
    ({ dimension, value }) => dimension === (part?.dimension ?? null) && value === (part?.value ?? null),
  );
  return [...Map.groupBy(of, ({ currency }) => currency)].map(([currency, rows]) => {
    const costs = new Map(rows.map(({ day, cost }) => [toDayNumber(day), Number(cost)]));
    const first = Math.min(...costs.keys());
    const points = known
      .filter((day) => day >= first && !unpriced.has(day))
      .map((day) => ({ day, value: costs.get(day) ?? 0 }));
    return { slice, ...common, measure: 'gpu_idle_cost', currency, unit: null, points };
  });
}
