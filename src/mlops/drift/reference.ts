import type { LakeSession } from '../../platform/lake/index.ts';
import { countKnown } from './tables/count-known.ts';
import { codeRows, countLevels, type LevelCounts } from './tables/level-counts.ts';
import { readNumbers } from './tables/read-numbers.ts';
import { readVectors, type VectorRows } from './tables/read-vectors.ts';
import type { Table, TableColumn } from './tables/table.ts';

/** The reference of a comparison, whether its rows are here or only its profile. */
export interface Reference {
  readonly rows: number;
  readonly columns: readonly TableColumn[];
  /** Numbers of a profile are the known ones, sorted; of a table all rows, NaN where there is no value. */
  readonly sorted: boolean;
  numbers(columns: readonly string[]): Promise<Float64Array[]>;
  /** Null where there are too many levels to be categories. */
  levels(column: string): Promise<LevelCounts | null>;
  /** Rows with a known value; null where a profile of an older server did not count them. */
  known(columns: readonly string[]): Promise<(number | null)[]>;
  /** Embeddings; null where only a profile is kept. */
  vectors(column: string): Promise<VectorRows | { readonly reason: string } | null>;
  /** Rows as indexes of levels; null where the rows are not stored. */
  codes(column: string, levels: readonly string[]): Promise<Uint32Array | null>;
}

/** A reference whose rows are here. */
export function createTableReference(session: LakeSession, table: Table): Reference {
  return {
    rows: table.rows,
    columns: table.columns,
    sorted: false,
    numbers: (columns) => readNumbers(session, table, columns),
    levels: (column) => countLevels(session, table, column),
    known: (columns) => countKnown(session, table, columns),
    vectors: (column) => readVectors(session, table, column, 'reference'),
    codes: (column, levels) => codeRows(session, table, column, levels),
  };
}
