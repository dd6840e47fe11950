import type { Sql } from '../../platform/store/index.ts';
import { countFindings } from './facts.ts';
import type { ImportResult, UnitOutcome } from './schema.ts';
import { findUnitsOfDelivery, type StoredDelivery } from './store.ts';
import { findStanding, findStandingUnits } from './units/index.ts';

/** The answer to an import: the rows of the delivery, and the effect of each of its units on the ledger. */
export async function readImportResult(sql: Sql, stored: StoredDelivery): Promise<ImportResult> {
  const standing = await findStandingUnits(sql);
  const units = (await findUnitsOfDelivery(sql, stored.id)).map((unit): UnitOutcome => {
    const { source, exportName, scope, period, rows } = unit;
    const findings = countFindings(unit.facts);
    const named = { source, export: exportName, dataset: unit.dataset, scope, period };
    return { ...named, rows, findings, ...findStanding(unit, standing) };
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
