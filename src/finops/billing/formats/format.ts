import type { FocusColumn } from './focus-columns.ts';

/** A column of a file as the engine reads it: every column of a CSV is VARCHAR, those of Parquet have their own type. */
export interface SourceColumn {
  readonly name: string;
  /** DuckDB type, as DESCRIBE prints it. */
  readonly type: string;
}

/** Source of the value of a FOCUS column. */
export interface SourceExpression {
  /** SQL over the columns of the file. Blank text, "NULL" and "null" are already NULL. */
  readonly sql: string;
  /**
   * DuckDB type of `sql`. VARCHAR is converted to the type of the FOCUS column; a value that does not convert is
   * rejected.
   */
  readonly type: string;
  /** Column of the file for error messages. */
  readonly shown: string;
}

/**
 * Dataset of a bill. ActualCost (invoiced) and AmortizedCost are two views of one cost and are never summed together.
 */
export type BillDataset = 'CostAndUsage' | 'ActualCost' | 'AmortizedCost';

/** Mapping of the columns of one file to canonical FOCUS 1.4 rows. */
export interface FormatMapping {
  /** Display name: `FOCUS`, `AWS CUR`, `Azure cost details`. */
  readonly format: string;
  readonly dataset: BillDataset;
  readonly columns: ReadonlyMap<FocusColumn, SourceExpression>;
  /** Columns of the file without a FOCUS column; kept under their name as `x_…`. */
  readonly custom: readonly string[];
  /** Columns of the file that contain dates, and those that contain amounts; programs write both in several ways. */
  readonly dates: readonly string[];
  readonly amounts: readonly string[];
  /** Records that combine two charges, and how to split them; absent where a record is always one charge. */
  readonly split?: RowSplit;
}

/**
 * A record that is two charges in FOCUS, such as the fee of a commitment with its unused part. All three fields are SQL
 * over the canonical columns of the unsplit row; the sums of that row are already correct.
 */
export interface RowSplit {
  /** True for a row to be split. */
  readonly when: string;
  /** Columns of the first row that differ from the unsplit row. */
  readonly first: ReadonlyMap<FocusColumn, string>;
  /** Columns of the second row that differ from the unsplit row. */
  readonly second: ReadonlyMap<FocusColumn, string>;
}

/** One kind of bill file, recognized by its columns. */
export interface BillFormat {
  readonly name: string;
  /** Null when the columns are not of this format. */
  map(columns: readonly SourceColumn[], context: FormatContext): FormatMapping | null;
}

export interface FormatContext {
  /** File name, for messages. */
  readonly file: string;
  /** Dataset declared by the manifest of the delivery; null when not declared. */
  readonly dataset: BillDataset | null;
}
