/** A part of an expression. `::`, `[...]` and `.name` apply to the primary before them. */
export interface Item {
  readonly sql: string;
  readonly isPrimary: boolean;
  /** Upper case of a bare word; null of all other items. */
  readonly word: string | null;
  /** Holds the call of an aggregate function of the same SELECT. */
  readonly isAggregate?: boolean;
}
