import type { Sql } from '../../platform/store/index.ts';
import { countFindings } from './facts.ts';
import type { ImportResult, UnitOutcome } from './schema.ts';
import { type StoredDelivery, unitsOfDelivery } from './store.ts';
import { standingOf, standingUnits } from './units/index.ts';

/** The answer to an import: the rows of the delivery, and the effect of each of its units on the ledger. */
export async function readImportResult(sql: Sql, stored: StoredDelivery): Promise<ImportResult> {
  const standing = await standingUnits(sql);
  const units = (await unitsOfDelivery(sql, stored.id)).map((unit): UnitOutcome => {
    const { source, exportName, scope, period, rows } = unit;
    const findings = countFindings(unit.facts);
    const named = { source, export: exportName, dataset: unit.dataset, scope, period };
    return { ...named, rows, findings, ...standingOf(unit, standing) };
  });
  return {
    delivery: stored.id,
    source: stored.source,
    rows: stored.acceptedRows + stored.rejectedRows,
    accepted: stored.acceptedRows,
    rejected: [...stored.rejected],
    rejectedRows: stored.rejectedRows,
    periods: [...stored.periods],
    totals: [...stored.totals],
    replaced: [...stored.replaced],
    unchanged: false,
    units,
  };
}
