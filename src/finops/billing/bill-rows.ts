import type { LakeTable } from '../../platform/lake/index.ts';
import { duckDbTypes, focusColumnNames, focusColumns } from './formats/focus-columns.ts';
import type { BillDataset } from './formats/format.ts';

/**
 * The canonical bill: FOCUS 1.4 columns verbatim, with the origin of each row. `source_row` is the record's number in
 * its file, 1-based, and null where it equals the row's position in the Parquet file. Columns outside FOCUS are kept as
 * `x_NAME`, and read together as the map `x_Columns`. One partition is one unit of replacement (source and billing
 * period).
 */
export const billRows: LakeTable = {
  name: 'bill_row',
  others: 'x_Columns',
  columns: {
    delivery: 'VARCHAR',
    source: 'VARCHAR',
    file: 'VARCHAR',
    period: 'VARCHAR',
    source_row: 'BIGINT',
    ...Object.fromEntries(focusColumnNames.map((name) => [name, duckDbTypes[focusColumns[name]]])),
  },
};

/** The unit of a bill that a delivery replaces completely (DESIGN law 2). */
export interface BillUnit {
  readonly source: string;
  readonly exportName: string;
  readonly dataset: BillDataset;
  readonly scope: string;
  /** YYYY-MM */
  readonly period: string;
}

/** The lake partition of a unit; also its identity wherever units are compared. */
export function buildUnitPartition(unit: BillUnit): string {
  return `${buildUnitExport(unit)}/${encodeURIComponent(unit.period)}`;
}

/** A unit without its period: one export of one source over all months. */
export function buildUnitExport(unit: Omit<BillUnit, 'period'>): string {
  return [unit.source, unit.exportName, unit.dataset, unit.scope].map(encodeURIComponent).join('/');
}

/**
 * Display name of a unit's export: `aws`, or `aws, export daily, scope 123456789012`. Omits `default` parts and the
 * default dataset.
 */
export function formatExport(unit: Omit<BillUnit, 'period'>): string {
  const parts = [unit.source];
  if (unit.exportName !== 'default') parts.push(`export ${unit.exportName}`);
  if (unit.dataset !== 'CostAndUsage') parts.push(unit.dataset);
  if (unit.scope !== 'default') parts.push(`scope ${unit.scope}`);
  return parts.join(', ');
}
