import type { Lake } from '../../../platform/lake/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import { decimalString } from '../../../platform/units/index.ts';
import { billRows } from '../bill-rows.ts';
import { createDeliveryNotFoundError } from '../delivery-not-found.ts';
import { findUnitsOfDelivery } from '../store.ts';
import { type QualityRule, qualityRules, ruleCounts } from './rules.ts';
import type { QualityFinding } from './schema.ts';

interface QualityDeps {
  readonly store: Store;
  readonly lake: Lake;
}

/** Errors: `bill_delivery_not_found`, `bill_delivery_deleted`, `lake_file_damaged`. */
export async function checkDeliveryQuality({ store, lake }: QualityDeps, delivery: string) {
  const units = await findUnitsOfDelivery(store, delivery);
  if (units.length === 0) throw await createDeliveryNotFoundError(store, delivery);
  const findings: QualityFinding[] = [];
  let rows = 0;
  for (const { period, lakeFiles } of units.toSorted((a, b) => ((a.period ?? '') < (b.period ?? '') ? -1 : 1))) {
    if (period === null) continue;
    const relation = lake.stagedRelation(billRows, await lake.filesById(store, billRows, lakeFiles));
    const [counts] = await lake.query(`SELECT count(*)::INTEGER AS rows, ${ruleCounts.join(', ')} FROM ${relation}`);
    rows += Number(counts?.rows ?? 0);
    const broken = qualityRules.filter(({ rule }) => Number(counts?.[rule] ?? 0) > 0);
    for (const rule of broken) findings.push(await readFinding(lake, relation, period, rule));
  }
  return { delivery, rows, findings };
}

async function readFinding(
  lake: Lake,
  relation: string,
  period: string,
  { rule, title, column, focus, when, shown }: QualityRule,
): Promise<QualityFinding> {
  const sums = await lake.query(
    `SELECT BillingCurrency AS currency, sum(BilledCost)::VARCHAR AS amount, count(*)::INTEGER AS rows
      FROM ${relation} WHERE ${when} GROUP BY 1 ORDER BY 1`,
  );
  const [first] = await lake.query(
    `SELECT file, coalesce(source_row, file_row_number + 1)::INTEGER AS row, ${shown} AS value
      FROM ${relation} WHERE ${when} ORDER BY file, row LIMIT 1`,
  );
  return {
    ...{ period, rule, title, column, focus },
    rows: sums.reduce((sum, row) => sum + Number(row.rows), 0),
    billed: sums.map((row) => ({ currency: String(row.currency), amount: decimalString(String(row.amount)) })),
    example: { file: String(first?.file), row: Number(first?.row), value: String(first?.value) },
  };
}
