import type { Kysely } from 'kysely';
import { buildUnitExport } from './bill-rows.ts';
import { BillDataset } from './schema.ts';

/** Schema of the tables at the time of this migration. */
interface BeforeDecisions {
  bill_unit: {
    source: string;
    export_name: string;
    dataset: string;
    scope: string;
    period: string;
    preference: number | null;
    beside: number;
  };
  bill_overlap: { one: string; other: string; period: string };
  bill_overlap_decision: { one: string; other: string; period: string; counts: string };
}

/** Converts the choices stored per unit into decisions about the overlapping pairs. */
export async function fillDecisions(db: Kysely<BeforeDecisions>): Promise<void> {
  const units = new Map<string, { readonly preference: number; readonly beside: boolean }>();
  for (const row of await db.selectFrom('bill_unit').selectAll().execute()) {
    const name = buildUnitExport({ ...row, exportName: row.export_name, dataset: BillDataset.parse(row.dataset) });
    units.set(`${name} ${row.period}`, { preference: row.preference ?? 0, beside: row.beside === 1 });
  }
  for (const { one, other, period } of await db.selectFrom('bill_overlap').selectAll().execute()) {
    const [first, second] = [units.get(`${one} ${period}`), units.get(`${other} ${period}`)];
    if (first === undefined || second === undefined) continue;
    const preferred = first.preference > second.preference ? one : first.preference < second.preference ? other : null;
    const counts = first.beside || second.beside ? 'both' : preferred;
    if (counts !== null) {
      await db.insertInto('bill_overlap_decision').values({ one, other, period, counts }).execute();
    }
  }
}
