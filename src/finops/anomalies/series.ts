import type { SliceDay } from '../costs/index.ts';
import { formatDay, toDayNumber, toMonth } from './day.ts';
import { buildSliceKey, isSku, type Measure, type Slice } from './slice.ts';

/** A daily series of a slice. Days are numbers since 1970; a day that is not known is not there, and no day is there twice. */
export interface LedgerSeries {
  readonly slice: Slice;
  readonly measure: Measure;
  /** Null if the values are not money. */
  readonly currency: string | null;
  /** Unit of the values, or the priced unit; null for costs. */
  readonly unit: string | null;
  readonly points: readonly { readonly day: number; readonly value: number }[];
  /** From this day on, bills are incomplete and low values have no meaning; null: all days are complete. */
  readonly incompleteFrom: number | null;
  /** Denominator of a ratio by day: predictions, or GPU-hours. */
  readonly weights?: ReadonlyMap<number, number>;
}

export interface SeriesContext {
  /** Whether a bill covers a month (YYYY-MM). */
  readonly covers: (month: string) => boolean;
  /** Whether further bills of a month may still arrive. */
  readonly grows: (month: string) => boolean;
}

/** Number of last days that may be incomplete in the bill of an open month. */
const INCOMPLETE_DAYS = 2;
/** A slice with a charge on a smaller share of its days is not a daily series; the coarser slices contain it. */
const LEAST_SHARE_OF_DAYS = 0.5;
/** Minimum number of days for a judgement. */
const LEAST_DAYS = 29;
/** A source without a delivery in this many days no longer delays its slices. */
const RECENT_DAYS = 35;

/** Series of slices: their cost, and for SKUs in one unit also the quantity and the price. */
export function buildSliceSeries(days: readonly SliceDay[], context: SeriesContext): LedgerSeries[] {
  const slices = Map.groupBy(days, ({ dimension, value, currency }) => JSON.stringify([dimension, value, currency]));
  return [...slices.values()].flatMap((of) => buildSeriesOfSlice(of, context));
}

function buildSeriesOfSlice(days: readonly SliceDay[], context: SeriesContext): LedgerSeries[] {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return [];
  const slice = toSlice(first);
  const recent = days.filter(({ day }) => toDayNumber(day) > toDayNumber(last.day) - RECENT_DAYS);
  const through = recent.map((one) => one.through).toSorted()[0] ?? last.day;
  const incompleteFrom = context.grows(toMonth(through)) ? toDayNumber(through) - INCOMPLETE_DAYS + 1 : null;
  const known = new Map(days.map((one) => [one.day, one]));
  const all = listDaysBetween(first.day, through).filter((day) => context.covers(toMonth(day)));
  const costs = all.flatMap((day) => toPoints(day, known.has(day) ? (known.get(day)?.cost ?? null) : '0'));
  const common = { slice, incompleteFrom };
  const series: LedgerSeries[] = [{ ...common, measure: 'cost', currency: first.currency, unit: null, points: costs }];
  const units = new Set(days.map(({ unit }) => unit));
  const [unit] = units;
  if (slice.some(({ dimension }) => isSku(dimension)) && units.size === 1 && unit != null && unit !== first.currency) {
    const quantities = all.flatMap((day) => toPoints(day, known.has(day) ? (known.get(day)?.quantity ?? null) : 0));
    const prices = all.flatMap((day) => {
      const { cost = null, quantity = null } = known.get(day) ?? {};
      return cost === null || quantity === null || quantity <= 0 ? [] : toPoints(day, Number(cost) / quantity);
    });
    series.push({ ...common, measure: 'quantity', currency: first.currency, unit, points: quantities });
    series.push({ ...common, measure: 'unit_cost', currency: first.currency, unit, points: prices });
  }
  return series.filter(isDaily);
}

function toSlice({ dimension, value }: SliceDay): Slice {
  return dimension === null || value === null ? [] : [{ dimension, value }];
}

function toPoints(day: string, value: string | number | null): { day: number; value: number }[] {
  return value === null || !Number.isFinite(Number(value)) ? [] : [{ day: toDayNumber(day), value: Number(value) }];
}

function listDaysBetween(first: string, last: string): string[] {
  const [from, to] = [toDayNumber(first), toDayNumber(last)];
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => formatDay(from + index));
}

/** Whether there are values on most days from the first until the last that is not zero. */
export function isDaily({ points }: Pick<LedgerSeries, 'points'>): boolean {
  const used = points.filter(({ value }) => value !== 0);
  const [first, last] = [used[0], used.at(-1)];
  if (first === undefined || last === undefined || points.length < LEAST_DAYS) return false;
  return used.length >= LEAST_SHARE_OF_DAYS * (last.day - first.day + 1);
}

export function buildSeriesKey({
  slice,
  measure,
  currency,
}: Pick<LedgerSeries, 'slice' | 'measure' | 'currency'>): string {
  return JSON.stringify([measure, currency, buildSliceKey(slice)]);
}
