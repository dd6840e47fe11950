export type Row = readonly (string | number | null)[];

/**
 * Replaces the parameters of a statement on SQLite: the statement runs once for each row, all in one message to
 * the thread. There, a prepared statement of one row is faster than a text with hundreds of parameters.
 */
export class EachRow {
  readonly rows: readonly Row[];

  constructor(rows: readonly Row[]) {
    this.rows = rows;
  }
}

/** Bindings for the thread: plain parameters, or a list of rows to bind one at a time. */
export function toBindings(parameters: readonly unknown[]): {
  readonly parameters: readonly unknown[];
  readonly rows?: readonly Row[];
} {
  const [first] = parameters;
  return first instanceof EachRow ? { parameters: [], rows: first.rows } : { parameters };
}
