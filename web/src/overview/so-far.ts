import { sumDecimals } from '../../../src/platform/units/schema.ts';
import type { Group } from '../costs/stack.ts';

/** Rows with `day` up to a day; all of them without one. */
export function upToDay(rows: readonly Group[], through: string | null): readonly Group[] {
  return through === null ? rows : rows.filter(({ day }) => day != null && day <= through);
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
