import { z } from 'zod';
import type { Lake, StagedFile } from '../../platform/lake/index.ts';
import { decimalString } from '../../platform/units/index.ts';
import { billRows } from './bill-rows.ts';
import { qualityRules, ruleCounts } from './quality/rules.ts';
import { CostMetric, MetricTotal } from './schema.ts';

/** Columns that, with the day, identify the charge of a row. */
export const IDENTITY_COLUMNS = [
  'SubAccountId',
  'BillingAccountId',
  'RegionId',
  'ResourceId',
  'SkuId',
  'ChargeCategory',
  'ServiceName',
  'ServiceProviderName',
] as const;
export type IdentityColumn = (typeof IDENTITY_COLUMNS)[number];

/** Facts about the rows of one unit in one delivery, stored so that the rows are not read again. */
export const UnitFacts = z.strictObject({
  totals: z.array(MetricTotal),
  /** Dates on which charges begin, YYYY-MM-DD, sorted. */
  chargeDays: z.array(z.string()),
  /** Sub accounts, or billing accounts where rows name no sub account; sorted. */
  accounts: z.array(z.string()),
  /** Billing currencies, sorted. */
  currencies: z.array(z.string()),
  /** Identity columns that have a value in some row; absent in deliveries older than this fact. */
  identifiedBy: z.array(z.enum(IDENTITY_COLUMNS)).optional(),
  /** Rows that break a FOCUS rule, counted by rule; absent like `identifiedBy`. */
  findings: z.record(z.string(), z.number().int()).optional(),
  /**
   * Format of the files, and the identity columns that all files have; absent like `identifiedBy`, and where the facts
   * were recomputed.
   */
  origin: z.strictObject({ format: z.string(), columns: z.array(z.enum(IDENTITY_COLUMNS)) }).optional(),
});
export type UnitFacts = z.infer<typeof UnitFacts>;

/** Account of a charge: the sub-account, else the billing account; null when the row names neither. */
export const ACCOUNT = 'coalesce(SubAccountId, BillingAccountId)';

export async function readUnitFacts(
  lake: Lake,
  files: readonly StagedFile[],
  origin?: UnitFacts['origin'],
): Promise<UnitFacts> {
  const named = IDENTITY_COLUMNS.map((column) => `count("${column}") AS "${column}"`);
  const sums = CostMetric.options.map((metric) => `sum("${toFocusColumn(metric)}")::VARCHAR AS "${metric}"`);
  const rows = await lake.query(
    `SELECT BillingCurrency AS currency, ${[...sums, ...named, ...ruleCounts].join(', ')},
      list(DISTINCT ChargePeriodStart::DATE)::VARCHAR[] AS days, list(DISTINCT ${ACCOUNT}) AS accounts
      FROM ${lake.stagedRelation(billRows, files)} GROUP BY 1 ORDER BY 1`,
  );
  return {
    totals: CostMetric.options.flatMap((metric) =>
      rows
        .filter((row) => row[metric] !== null)
        .map((row) => ({ metric, currency: String(row.currency), amount: decimalString(String(row[metric])) })),
    ),
    chargeDays: listDistinct(rows.map((row) => row.days)),
    accounts: listDistinct(rows.map((row) => row.accounts)),
    currencies: rows.map((row) => String(row.currency)),
    identifiedBy: IDENTITY_COLUMNS.filter((column) => rows.some((row) => Number(row[column]) > 0)),
    findings: Object.fromEntries(
      qualityRules
        .map(({ rule }) => [rule, rows.reduce((sum, row) => sum + Number(row[rule]), 0)] as const)
        .filter(([, count]) => count > 0),
    ),
    ...(origin === undefined ? {} : { origin }),
  };
}

/** Number of violations of FOCUS rules, summed over rows and rules; null where the rules were not checked. */
export function countFindings(facts: UnitFacts | null): number | null {
  if (facts?.findings === undefined) return null;
  return Object.values(facts.findings).reduce((sum, count) => sum + count, 0);
}

/** `billedCost` -> `BilledCost`. */
export function toFocusColumn(metric: CostMetric): string {
  return metric.charAt(0).toUpperCase() + metric.slice(1);
}

function listDistinct(lists: readonly unknown[]): string[] {
  const values = lists.flatMap((list) => (list as (string | null)[] | null) ?? []);
  return [...new Set(values.filter((value) => value !== null))].toSorted();
}
