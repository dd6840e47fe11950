import { FlexRender, type Header } from '@tanstack/react-table';
import type { GridFeatures } from './grid-features.ts';
import styles from './table.module.css';

interface HeaderCellProps<R extends object> {
  readonly header: Header<GridFeatures, R>;
  readonly numeric: boolean;
}

const SORTED = { asc: 'ascending', desc: 'descending' } as const;

/** A column's head; a column that can be sorted by is a button. */
export function HeaderCell<R extends object>({ header, numeric }: HeaderCellProps<R>) {
  const { column } = header;
  const sorted = column.getIsSorted();
  const content = <FlexRender header={header} />;
  return (
    <th
      scope="col"
      className={numeric ? styles.number : undefined}
      aria-sort={sorted === false ? undefined : SORTED[sorted]}
    >
      {column.getCanSort() ? (
        <button type="button" className={styles.sort} onClick={column.getToggleSortingHandler()}>
          {content}
          <span aria-hidden="true">{sorted === false ? '' : sorted === 'asc' ? ' ↑' : ' ↓'}</span>
        </button>
      ) : (
        content
      )}
    </th>
  );
}
