import type { Lake } from '../../../platform/lake/index.ts';
import { decimal, decimalString } from '../../../platform/units/index.ts';
import { toFocusColumn } from '../facts.ts';
import { CostMetric } from '../schema.ts';

/** A sum in both deliveries, and its change. */
export interface MoneyDelta {
  /** Value of the dimension; null where rows have none. */
  readonly value: string | null;
  readonly metric: CostMetric;
  readonly currency: string;
  /** Exact sum: `0` without rows, null when there are rows but none states the metric. */
  readonly before: string | null;
  readonly after: string | null;
  /** `after - before`; null when either is unknown. */
  readonly delta: string | null;
  readonly rowsBefore: number;
  readonly rowsAfter: number;
}

/**
 * Compares the money of two bill relations, by metric, currency and the values of a SQL expression over bill rows.
 * Groups are in order of currency and value; the lake computes the sums, in DECIMAL(38,21).
 */
export async function compareMoney(
  lake: Pick<Lake, 'query'>,
  before: string,
  after: string,
  expression: string,
): Promise<MoneyDelta[]> {
  const sums = CostMetric.options.flatMap((metric) => [
    `sum("${toFocusColumn(metric)}") FILTER (NOT is_after)::VARCHAR AS "${metric}_before"`,
    `sum("${toFocusColumn(metric)}") FILTER (is_after)::VARCHAR AS "${metric}_after"`,
  ]);
  const columns = [
    `${expression} AS value`,
    'BillingCurrency',
    ...CostMetric.options.map((metric) => toFocusColumn(metric)),
  ];
  const rows = await lake.query(`
    SELECT value, BillingCurrency AS currency, ${sums.join(', ')},
      (count(*) FILTER (NOT is_after))::INTEGER AS rows_before, (count(*) FILTER (is_after))::INTEGER AS rows_after
    FROM (SELECT ${columns.join(', ')}, false AS is_after FROM ${before}
      UNION ALL SELECT ${columns.join(', ')}, true AS is_after FROM ${after})
    GROUP BY value, BillingCurrency ORDER BY BillingCurrency, value NULLS LAST`);
  return rows.flatMap((row) =>
    CostMetric.options.map((metric) => {
      const [rowsBefore, rowsAfter] = [Number(row.rows_before), Number(row.rows_after)];
      const [was, is] = [parseSum(row[`${metric}_before`], rowsBefore), parseSum(row[`${metric}_after`], rowsAfter)];
      return {
        value: row.value === null ? null : String(row.value),
        metric,
        currency: String(row.currency),
        before: was,
        after: is,
        delta: was === null || is === null ? null : decimalString(decimal(is).minus(was)),
        rowsBefore,
        rowsAfter,
      };
    }),
  );
}

function parseSum(sum: unknown, rows: number): string | null {
  if (rows === 0) return '0';
  return sum === null || sum === undefined ? null : decimalString(String(sum));
}
