import { useState } from 'react';

export interface SortState {
  readonly by: string;
  readonly descending: boolean;
}

export type Compare<R> = (a: R, b: R) => number;

/** Order of the rows of a short table; without a choice they keep their order. */
export interface TableSort {
  readonly sort: SortState | null;
  /** Sorts by a column; again: the other direction. */
  readonly toggle: (by: string, descendingFirst: boolean) => void;
}

export function useSort(): TableSort {
  const [sort, setSort] = useState<SortState | null>(null);
  return { sort, toggle: (by, descendingFirst) => setSort(nextSort(sort, by, descendingFirst)) };
}

/** The order after a click on the head of a column. */
export function nextSort(sort: SortState | null, by: string, descendingFirst: boolean): SortState {
  return { by, descending: sort?.by === by ? !sort.descending : descendingFirst };
}

/** Rows in an order; equal rows keep theirs. */
export function sortRows<R>(
  rows: readonly R[],
  sort: SortState | null,
  compare: Readonly<Record<string, Compare<R>>>,
): readonly R[] {
  const order = sort === null ? undefined : compare[sort.by];
  if (sort === null || order === undefined) return rows;
  return rows.toSorted((a, b) => (sort.descending ? order(b, a) : order(a, b)));
}
