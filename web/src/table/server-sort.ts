/** Sorting by the server: which column orders the rows now, and what a click on a head asks for. */
export interface ServerSort {
  readonly by: string | null;
  readonly descending: boolean;
  readonly sortable: (column: string) => boolean;
  readonly onSort: (column: string) => void;
}

/** The order after a click on a column's head: figures begin with the largest; the third click takes the order away. */
export function nextSort(
  before: { readonly by: string | null; readonly descending: boolean },
  column: string,
  largestFirst: boolean,
): { readonly by: string; readonly descending: boolean } | null {
  if (before.by !== column) return { by: column, descending: largestFirst };
  if (before.descending === largestFirst) return { by: column, descending: !largestFirst };
  return null;
}
