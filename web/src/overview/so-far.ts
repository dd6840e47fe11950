import { sumDecimals } from '../../../src/platform/units/schema.ts';
import type { Group } from '../costs/stack.ts';
import { daysOf } from '../format/time.ts';

export interface SoFar {
  /** Last day with a charge; null when the month has none. */
  readonly lastDay: string | null;
  /** Whether charges reach the last day of the month. */
  readonly complete: boolean;
}

/** How far the charges of a month reach, from rows with `day`; its bill may hold days of other months too. */
export function soFar(rows: readonly Group[], month: string): SoFar {
  const days = rows.map((row) => row.day ?? '').filter((day) => day.startsWith(month));
  const lastDay = days.reduce<string | null>((last, day) => (last === null || day > last ? day : last), null);
  return { lastDay, complete: lastDay === daysOf(month).at(-1) };
}

/**
 * What the month before had come to on the same day of it; the whole of it when this month is complete.
 * Example: charges reach 2026-11-18 -> the sum of 2026-10-01 to 2026-10-18.
 */
export function sameDaysBefore(before: readonly Group[], reached: SoFar): string | null {
  if (reached.lastDay === null || before.length === 0) return null;
  const dayOfMonth = reached.lastDay.slice(8);
  const counted = before.filter((row) => reached.complete || (row.day ?? '').slice(8) <= dayOfMonth);
  return sumDecimals(counted.map((row) => row.amount ?? '0'));
}

/** Rows summed exactly over everything but one dimension, largest first. */
export function sumBy(rows: readonly Group[], dimension: string): Group[] {
  const sums = new Map<string | null, string[]>();
  for (const row of rows) {
    const key = row[dimension] ?? null;
    sums.set(key, [...(sums.get(key) ?? []), row.amount ?? '0']);
  }
  return [...sums]
    .map(([key, amounts]): Group => ({ [dimension]: key, amount: sumDecimals(amounts) }))
    .sort((a, b) => Number(b.amount) - Number(a.amount));
}
