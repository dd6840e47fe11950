import type { ReactNode } from 'react';
import styles from './table.module.css';
import type { RowSort } from './use-sorted.ts';

interface SortHeadProps {
  readonly column: string;
  readonly sort: RowSort;
  readonly children: ReactNode;
  readonly numeric?: boolean;
  readonly className?: string | undefined;
}

/** Head of a column of a plain table; a click sorts by it. */
export function SortHead({ column, sort, children, numeric = false, className }: SortHeadProps) {
  const isSorted = sort.by === column;
  const direction = sort.isDescending ? 'descending' : 'ascending';
  const names = [numeric ? styles.number : '', className ?? ''].filter((name) => name !== '');
  return (
    <th scope="col" className={names.join(' ') || undefined} aria-sort={isSorted ? direction : undefined}>
      <button type="button" className={styles.sort} onClick={() => sort.toggle(column, numeric)}>
        {children}
        <span aria-hidden="true">{isSorted ? (sort.isDescending ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  );
}
