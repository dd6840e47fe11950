import { useMemo, useState } from 'react';
import { type Order, sortRows } from './sort-rows.ts';

/** Ascending order of two rows by column. */
export type Comparators<R> = Readonly<Record<string, Order<R>>>;

export interface RowSort {
  /** Column of the order; null: the order of the given rows. */
  readonly by: string | null;
  readonly isDescending: boolean;
  readonly toggle: (column: string, descendingFirst: boolean) => void;
}

/** The column that a table is sorted by: first click one way, second the other, third the given order. */
export function useRowSort(): RowSort {
  const [{ by, isDescending }, setSort] = useState<{
    by: string | null;
    isDescending: boolean;
    clicks: number;
  }>({ by: null, isDescending: false, clicks: 0 });
  const toggle = (column: string, descendingFirst: boolean) =>
    setSort((before) => {
      if (before.by !== column) return { by: column, isDescending: descendingFirst, clicks: 1 };
      if (before.clicks === 1) return { by: column, isDescending: !before.isDescending, clicks: 2 };
      return { by: null, isDescending: false, clicks: 0 };
    });
  return { by, isDescending, toggle };
}

/** Rows in the order of the clicked head; the given order without one. */
export function sortBy<R>(
  rows: readonly R[],
  compare: Comparators<R>,
  { by, isDescending }: Pick<RowSort, 'by' | 'isDescending'>,
): readonly R[] {
  const order = by === null ? undefined : compare[by];
  return order === undefined ? rows : sortRows(rows, order, isDescending);
}

/** Rows in the order of a clicked head of a plain table. */
export function useSorted<R>(rows: readonly R[], compare: Comparators<R>) {
  const sort = useRowSort();
  const { by, isDescending } = sort;
  const sorted = useMemo(() => sortBy(rows, compare, { by, isDescending }), [rows, by, isDescending, compare]);
  return { sorted, sort };
}
