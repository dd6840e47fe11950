import { type Decimal, decimal, decimalString } from '../../platform/units/index.ts';
import type { CostRelations, CostSelection } from './query.ts';
import type { CostsDeps } from './relations.ts';
import type { ReportedCosts } from './schema.ts';
import { buildGroupsSql } from './summary-sql.ts';
import { toTextOrNull } from './text-row.ts';

/**
 * Converts groups and total into one currency: the sum of each group on each charge day, at the rate of that day.
 * Products are exact, so any grouping sums to the same total. Amounts without a rate are excluded and counted; the
 * total is null when no amount has a rate.
 */
export async function reportIn(
  { lake, exchange }: CostsDeps,
  currency: string,
  dimensions: readonly string[],
  selection: CostSelection,
  relations: CostRelations,
): Promise<ReportedCosts> {
  const dated = [...new Set([...dimensions, 'day'])];
  const dayKey = `d${dated.indexOf('day')}`;
  const rows = (await lake.engine.queryKept(buildGroupsSql(selection, dated, relations))).filter(
    ({ amount }) => amount !== null,
  );
  const days = rows.map((row) => String(row[dayKey])).toSorted();
  const [from, to] = [days[0], days.at(-1)];
  if (from === undefined || to === undefined) return { currency, amount: null, rows: [], rates: [], leftOut: [] };
  const conversion = await exchange.conversion(currency, { from, to });
  const groups = new Map<string, Decimal>();
  let total: Decimal | null = null;
  for (const row of rows) {
    const own = { day: String(row[dayKey]), currency: String(row.currency), amount: String(row.amount) };
    const amount = conversion.convert(own);
    if (amount === null) continue;
    const key = JSON.stringify(dimensions.map((_, index) => toTextOrNull(row[`d${index}`])));
    groups.set(key, amount.plus(groups.get(key) ?? 0));
    total = amount.plus(total ?? 0);
  }
  return {
    currency,
    amount: total === null ? null : decimalString(total),
    rows: buildReportedRows(groups, dimensions, currency),
    rates: conversion.rates(),
    leftOut: conversion.leftOut(),
  };
}

function buildReportedRows(groups: ReadonlyMap<string, Decimal>, dimensions: readonly string[], currency: string) {
  return [...groups]
    .toSorted(([one, amount], [other, than]) => decimal(than).cmp(amount) || (one < other ? -1 : 1))
    .map(([key, amount]) => {
      const values = JSON.parse(key) as (string | null)[];
      return {
        ...Object.fromEntries(dimensions.map((name, index) => [name, values[index] ?? null])),
        amount: decimalString(amount),
        currency,
      };
    });
}
