import { FlexRender, type Header } from '@tanstack/react-table';
import type { ColumnStyle } from './column-style.ts';
import type { GridFeatures } from './grid-features.ts';
import type { ServerSort } from './server-sort.ts';
import styles from './table.module.css';

interface HeaderCellProps<R extends object> {
  readonly header: Header<GridFeatures, R>;
  readonly numeric: boolean;
  readonly style: ColumnStyle | undefined;
  readonly sort: ServerSort | undefined;
}

const SORTED = { asc: 'ascending', desc: 'descending' } as const;

/** A column's head; a column that can be sorted by is a button. */
export function HeaderCell<R extends object>({ header, numeric, style, sort }: HeaderCellProps<R>) {
  const { column } = header;
  const here = sort?.by === column.id;
  const sorted = sort === undefined ? column.getIsSorted() : here ? (sort.descending ? 'desc' : 'asc') : false;
  const sortable = sort === undefined ? column.getCanSort() : sort.sortable(column.id);
  const onSort = sort === undefined ? column.getToggleSortingHandler() : () => sort.onSort(column.id);
  const content = <FlexRender header={header} />;
  return (
    <th
      scope="col"
      {...(style?.cell ?? { className: numeric ? styles.number : undefined })}
      aria-sort={sorted === false ? undefined : SORTED[sorted]}
    >
      {style?.lead}
      {sortable ? (
        <button type="button" className={styles.sort} onClick={onSort}>
          {content}
          <span aria-hidden="true">{sorted === false ? '' : sorted === 'asc' ? ' ↑' : ' ↓'}</span>
        </button>
      ) : (
        content
      )}
    </th>
  );
}
