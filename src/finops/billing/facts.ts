import { z } from 'zod';
import type { Lake, StagedFile } from '../../platform/lake/index.ts';
import { decimalString } from '../../platform/units/index.ts';
import { billRows } from './bill-rows.ts';
import { CostMetric, MetricTotal } from './schema.ts';

/** What the rows of one unit in one delivery say, without reading them again. */
export const UnitFacts = z.strictObject({
  totals: z.array(MetricTotal),
  /** Dates on which charges begin, YYYY-MM-DD, sorted. */
  chargeDays: z.array(z.string()),
  /** Sub accounts, or billing accounts where rows name no sub account; sorted. */
  accounts: z.array(z.string()),
  /** Billing currencies, sorted. */
  currencies: z.array(z.string()),
});
export type UnitFacts = z.infer<typeof UnitFacts>;

/** Whose a charge is, as far as a row says. */
export const ACCOUNT = 'coalesce(SubAccountId, BillingAccountId)';

export async function unitFacts(lake: Lake, files: readonly StagedFile[]): Promise<UnitFacts> {
  const sums = CostMetric.options.map((metric) => `sum("${columnOf(metric)}")::VARCHAR AS "${metric}"`);
  const rows = await lake.query(
    `SELECT BillingCurrency AS currency, ${sums.join(', ')},
      list(DISTINCT ChargePeriodStart::DATE)::VARCHAR[] AS days, list(DISTINCT ${ACCOUNT}) AS accounts
      FROM ${lake.stagedRelation(billRows, files)} GROUP BY 1 ORDER BY 1`,
  );
  return {
    totals: CostMetric.options.flatMap((metric) =>
      rows
        .filter((row) => row[metric] !== null)
        .map((row) => ({ metric, currency: String(row.currency), amount: decimalString(String(row[metric])) })),
    ),
    chargeDays: distinct(rows.map((row) => row.days)),
    accounts: distinct(rows.map((row) => row.accounts)),
    currencies: rows.map((row) => String(row.currency)),
  };
}

/** `billedCost` -> `BilledCost`. */
export function columnOf(metric: CostMetric): string {
  return metric.charAt(0).toUpperCase() + metric.slice(1);
}

function distinct(lists: readonly unknown[]): string[] {
  const values = lists.flatMap((list) => (list as (string | null)[] | null) ?? []);
  return [...new Set(values.filter((value) => value !== null))].toSorted();
}
