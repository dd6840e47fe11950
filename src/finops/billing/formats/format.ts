import type { FocusColumn } from '../focus-columns.ts';

/** A column of a file as the engine reads it: every column of a CSV is VARCHAR, those of Parquet have their own type. */
export interface SourceColumn {
  readonly name: string;
  /** DuckDB type, as DESCRIBE prints it. */
  readonly type: string;
}

/** Where the value of a FOCUS column comes from. */
export interface SourceExpression {
  /** SQL over the columns of the file. Blank text, "NULL" and "null" have become NULL before it sees them. */
  readonly sql: string;
  /** DuckDB type of `sql`. VARCHAR is converted to the type of the FOCUS column, and refused where it cannot be. */
  readonly type: string;
  /** The column of the file that an error message should name. */
  readonly shown: string;
}

/** Two views of one cost are never added up: what was invoiced, and what was amortised. */
export type BillDataset = 'CostAndUsage' | 'ActualCost' | 'AmortizedCost';

/** How the columns of one file become canonical FOCUS 1.4 rows. */
export interface FormatMapping {
  /** As a person names it: `FOCUS`, `AWS CUR`, `Azure cost details`. */
  readonly format: string;
  readonly dataset: BillDataset;
  readonly columns: ReadonlyMap<FocusColumn, SourceExpression>;
  /** Columns of the file that have no place in FOCUS; kept by their own name as `x_…`. */
  readonly custom: readonly string[];
  /** Columns of the file that hold dates, and those that hold amounts: people's programs write both in several ways. */
  readonly dates: readonly string[];
  readonly amounts: readonly string[];
  /** Records that say two things at once, and how to tell them apart; absent where a record is always one charge. */
  readonly split?: RowSplit;
}

/**
 * A record that is two charges in FOCUS, such as the fee of a commitment with what stayed unused of it. All three are SQL
 * over the canonical columns of the one row that such a record becomes at first; that row's sums already are right.
 */
export interface RowSplit {
  /** True for a row to be split. */
  readonly when: string;
  /** What the first of the two rows has otherwise. */
  readonly first: ReadonlyMap<FocusColumn, string>;
  /** What the second has otherwise. */
  readonly second: ReadonlyMap<FocusColumn, string>;
}

/** One kind of bill file, told by its columns. */
export interface BillFormat {
  readonly name: string;
  /** Null when the columns are not of this format. */
  map(columns: readonly SourceColumn[], context: FormatContext): FormatMapping | null;
}

export interface FormatContext {
  /** File name, for messages. */
  readonly file: string;
  /** What the manifest of the delivery says it is; null when nobody says. */
  readonly dataset: BillDataset | null;
}
