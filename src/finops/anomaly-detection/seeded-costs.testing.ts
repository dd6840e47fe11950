import { DAY_MS } from '../../platform/units/durations.ts';
import { normal, seeded } from '../../testing/random.ts';
import type { SeriesPoint } from './detect.ts';

/** Realistic daily cost series from a seed: weekly season, trend, noise, and monthly changes. */
export interface CostSeries {
  readonly values: number[];
  /** First changed day, and the number of days until the normal level returns; null in a series without a change. */
  readonly change: { readonly from: number; readonly days: number } | null;
}

export type Change = 'none' | 'spike' | 'lasting' | 'dip';

/** Factor of the normal cost and duration in days of the three changes that a detector must find. */
export const CHANGES: Readonly<Record<Change, { readonly ratio: number; readonly days: number }>> = {
  none: { ratio: 0, days: 0 },
  spike: { ratio: 0.3, days: 3 },
  lasting: { ratio: 0.15, days: Number.POSITIVE_INFINITY },
  dip: { ratio: -0.4, days: 2 },
};

export const FIRST_DAY = Date.UTC(2026, 0, 1);

/**
 * A level of 20 to 20,000 a day; weekends at 45 to 100 % of workdays; -15 to +60 % a year; noise of 3 to 8 %, with a
 * correlation of `dependence` with the day before; a level change every month (1.5 %), and in every second series a fee of
 * 10 to 40 % on the first. The change is on a day between the 75th and the 150th.
 */
export function createCostSeries(seed: number, change: Change, { days = 180, dependence = 0 } = {}): CostSeries {
  const next = seeded(seed);
  const between = (low: number, high: number): number => low + (high - low) * next();
  const level = 20 * 10 ** between(0, 3);
  const weekend = between(0.45, 1);
  const weekdays = Array.from({ length: 7 }, (_, day) => (day === 0 || day === 6 ? weekend : 1) * between(0.97, 1.03));
  const growth = between(-0.15, 0.6) / 365;
  const noise = between(0.03, 0.08);
  const fee = next() < 0.5 ? between(0.1, 0.4) : 0;
  const months = Array.from({ length: 1 + Math.ceil(days / 28) }, () => 1 + 0.015 * normal(next));
  const from = Math.floor(between(75, 150));
  const { ratio, days: lasting } = CHANGES[change];
  let carried = normal(next);
  const values = Array.from({ length: days }, (_, day) => {
    const date = new Date(FIRST_DAY + day * DAY_MS);
    carried = dependence * carried + Math.sqrt(1 - dependence ** 2) * normal(next);
    const month =
      (months[date.getUTCMonth() + 12 * (date.getUTCFullYear() - 2026)] ?? 1) + (date.getUTCDate() === 1 ? fee : 0);
    const usual = level * (1 + growth * day) * (weekdays[date.getUTCDay()] ?? 1) * month * (1 + noise * carried);
    return day >= from && day < from + lasting ? usual * (1 + ratio) : usual;
  });
  return { values, change: change === 'none' ? null : { from, days: lasting } };
}

/** The values of days from the first on. */
export const toDailyPoints = (values: readonly number[]): SeriesPoint[] =>
  values.map((value, day) => ({ at: FIRST_DAY + day * DAY_MS, value }));
