import type { Lake } from '../../platform/lake/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import { billRows } from './bill-rows.ts';
import { readUnitFacts } from './facts.ts';
import type { MetricTotal } from './schema.ts';
import { findDelivery, findUnitsOfDelivery } from './store.ts';

/** Sums of one delivery in one billing period. A decision keeps them as a record of the bill that it used. */
export interface BillSums {
  readonly delivery: string;
  readonly source: string;
  /** YYYY-MM */
  readonly period: string;
  readonly rows: number;
  /** First and last day on which a charge begins; null without rows, and for deliveries older than stored facts. */
  readonly chargeDates: { readonly from: string; readonly to: string } | null;
  /** Exact sums by metric and currency; null for deliveries older than stored facts. */
  readonly totals: readonly MetricTotal[] | null;
  /** SHA-256 of the raw files of the whole delivery. */
  readonly rawSha256: readonly string[];
}

/** Reads the sums stored at import; reads no bill row. Skips unknown deliveries and units without a period. */
export async function findBillSums(sql: Sql, deliveries: readonly string[]): Promise<BillSums[]> {
  const sums: BillSums[] = [];
  for (const delivery of deliveries) {
    const stored = await findDelivery(sql, delivery);
    for (const { source, period, rows, facts } of await findUnitsOfDelivery(sql, delivery)) {
      if (period === null || stored === null) continue;
      const [from, to] = [facts?.chargeDays.at(0), facts?.chargeDays.at(-1)];
      const chargeDates = from === undefined || to === undefined ? null : { from, to };
      const rawSha256 = stored.files.map(({ sha256 }) => sha256);
      sums.push({ delivery, source, period, rows, chargeDates, totals: facts?.totals ?? null, rawSha256 });
    }
  }
  return sums;
}

/** Recomputes the same sums from the current rows, by billing period. Error: `lake_file_damaged`. */
export async function sumBillRows(
  { store, lake }: { readonly store: Store; readonly lake: Lake },
  delivery: string,
): Promise<Pick<BillSums, 'source' | 'period' | 'rows' | 'totals'>[]> {
  const sums = [];
  for (const { source, period, lakeFiles } of await findUnitsOfDelivery(store, delivery)) {
    if (period === null) continue;
    const files = await lake.filesById(store, billRows, lakeFiles);
    const [counted] = await lake.query(`SELECT count(*)::INTEGER AS rows FROM ${lake.stagedRelation(billRows, files)}`);
    sums.push({ source, period, rows: Number(counted?.rows), totals: (await readUnitFacts(lake, files)).totals });
  }
  return sums;
}
