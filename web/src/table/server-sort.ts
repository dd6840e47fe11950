/** Sorting by the server: the sorted column, and the callback for a click on a head. */
export interface ServerSort {
  readonly by: string | null;
  readonly descending: boolean;
  readonly sortable: (column: string) => boolean;
  readonly onSort: (column: string) => void;
}

/**
 * The order after a click on a column's head: figures start with descending order; the third click removes the order.
 */
export function nextSort(
  before: { readonly by: string | null; readonly descending: boolean },
  column: string,
  largestFirst: boolean,
): { readonly by: string; readonly descending: boolean } | null {
  if (before.by !== column) return { by: column, descending: largestFirst };
  if (before.descending === largestFirst) return { by: column, descending: !largestFirst };
  return null;
}
