import type { LakeTable } from '../../platform/lake/index.ts';
import { duckDbTypes, focusColumnNames, focusColumns } from './focus-columns.ts';

/**
 * The canonical bill: FOCUS 1.4 columns verbatim, with where each row came from. `source_row` is the record's number in
 * its file, 1-based, and null where it equals the row's place in the Parquet file. Columns outside FOCUS are kept in
 * `x_Columns` by their own name. One partition is one unit of replacement (source and billing period).
 */
export const billRows: LakeTable = {
  name: 'bill_row',
  columns: {
    delivery: 'VARCHAR',
    source: 'VARCHAR',
    file: 'VARCHAR',
    period: 'VARCHAR',
    source_row: 'BIGINT',
    ...Object.fromEntries(focusColumnNames.map((name) => [name, duckDbTypes[focusColumns[name]]])),
    x_Columns: 'MAP(VARCHAR, VARCHAR)',
  },
};

/** The unit of a bill that a delivery replaces whole (DESIGN law 2). */
export interface BillUnit {
  readonly source: string;
  readonly exportName: string;
  readonly dataset: string;
  readonly scope: string;
  /** YYYY-MM */
  readonly period: string;
}

/** The lake partition of a unit; also its identity wherever units are compared. */
export function unitPartition(unit: BillUnit): string {
  return [unit.source, unit.exportName, unit.dataset, unit.scope, unit.period].map(encodeURIComponent).join('/');
}
