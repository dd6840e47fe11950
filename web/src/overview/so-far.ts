import type { ReportedCosts } from '../../../src/finops/costs/schema.ts';
import { type Money, sumDecimals } from '../../../src/platform/units/schema.ts';
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

interface Summary {
  readonly rows: readonly Group[];
  readonly reporting: Pick<ReportedCosts, 'currency' | 'amount' | 'rows'> | null;
}

/** The groups of one currency: of the reporting currency those of all bills, converted; of another those that are billed in it. */
export function rowsIn(summary: Summary | undefined, currency: string): readonly Group[] {
  const { rows = [], reporting = null } = summary ?? {};
  if (reporting?.currency === currency && reporting.amount !== null) return reporting.rows;
  return rows.filter((row) => row.currency === currency);
}

/** The total of all currencies in one; undefined where none is reported, or nothing has a rate. */
export function reportedTotal(reporting: Pick<ReportedCosts, 'currency' | 'amount'> | null): Money | undefined {
  if (reporting === null || reporting.amount === null) return undefined;
  return { currency: reporting.currency, amount: reporting.amount };
}
