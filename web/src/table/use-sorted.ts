import { useMemo, useState } from 'react';

/** Ascending order of two rows by column. */
export type Comparators<R> = Readonly<Record<string, (a: R, b: R) => number>>;

export interface RowSort {
  /** Column of the order; null: the order of the given rows. */
  readonly by: string | null;
  readonly isDescending: boolean;
  readonly toggle: (column: string, descendingFirst: boolean) => void;
}

/** Rows in the order of a clicked head of a plain table: first click one way, second the other, third the given order. */
export function useSorted<R>(rows: readonly R[], compare: Comparators<R>) {
  const [{ by, isDescending }, setSort] = useState<{
    by: string | null;
    isDescending: boolean;
    clicks: number;
  }>({ by: null, isDescending: false, clicks: 0 });
  const sorted = useMemo(() => {
    const order = by === null ? undefined : compare[by];
    if (order === undefined) return rows;
    return rows.toSorted((a, b) => (isDescending ? order(b, a) : order(a, b)));
  }, [rows, by, isDescending, compare]);
  const toggle = (column: string, descendingFirst: boolean) =>
    setSort((before) => {
      if (before.by !== column) return { by: column, isDescending: descendingFirst, clicks: 1 };
      if (before.clicks === 1) return { by: column, isDescending: !before.isDescending, clicks: 2 };
      return { by: null, isDescending: false, clicks: 0 };
    });
  const sort: RowSort = { by, isDescending, toggle };
  return { sorted, sort };
}
