export type Row = readonly (string | number | null)[];

/**
 * Stands in place of a statement's parameters on SQLite: the statement is run once for each row, all in one message to
 * the thread. A prepared statement of one row is faster there than a text with hundreds of parameters.
 */
export class EachRow {
  readonly rows: readonly Row[];

  constructor(rows: readonly Row[]) {
    this.rows = rows;
  }
}

/** Bindings for the thread: plain parameters, or a list of rows to bind one at a time. */
export function bindingsOf(parameters: readonly unknown[]): {
  readonly parameters: readonly unknown[];
  readonly rows?: readonly Row[];
} {
  const [first] = parameters;
  return first instanceof EachRow ? { parameters: [], rows: first.rows } : { parameters };
}
