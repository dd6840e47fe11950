import { type ColumnDef, type SortingState, useTable } from '@tanstack/react-table';
import { type ReactNode, useMemo, useState } from 'react';
import type { ColumnStyle } from './column-style.ts';
import { type GridFeatures, gridFeatures } from './grid-features.ts';
import { HeaderCell } from './HeaderCell.tsx';
import type { PinPlace } from './pin-places.ts';
import type { ServerSort } from './server-sort.ts';
import type { Order } from './sort-rows.ts';
import styles from './table.module.css';
import { useGridKeys } from './use-grid-keys.ts';
import { useSideways } from './use-sideways.ts';
import { VirtualBody } from './VirtualBody.tsx';

export interface GridColumn<R> {
  readonly id: string;
  readonly header: ReactNode;
  readonly cell: (row: R) => ReactNode;
  readonly numeric?: boolean;
  /** Content of the totals row. */
  readonly footer?: ReactNode;
  /** Ascending order of two rows; without it the column cannot be sorted by. */
  readonly compare?: Order<R>;
  /** Position of a pinned column during horizontal scrolling. The first column needs none. */
  readonly pin?: PinPlace | undefined;
  /** Content before the text of the head, outside of the sort button. */
  readonly lead?: ReactNode;
  readonly className?: string | undefined;
}

interface DataTableProps<R extends object> {
  readonly label: string;
  readonly columns: readonly GridColumn<R>[];
  readonly rows: readonly R[];
  readonly rowId: (row: R) => string;
  /** Action of Enter or a click on a row. */
  readonly onOpen: (row: R) => void;
  readonly openHint: string;
  /** Called when the end becomes visible. */
  readonly onEnd?: (() => void) | undefined;
  /** Sorting by the server: the current order, and the callback for a click on a head. */
  readonly sort?: ServerSort | undefined;
  /** Number of rows with those that are not loaded yet. */
  readonly total?: number | undefined;
  /** Action of the space bar on the focused row. */
  readonly onMark?: ((row: R) => void) | undefined;
  readonly className?: string | undefined;
}

/**
 * A long table: only the visible rows are in the page; head, first column and totals stay visible. Arrow keys, Home,
 * End and page keys move the focused row, Enter opens it.
 */
export function DataTable<R extends object>(props: DataTableProps<R>) {
  const { label, columns, rows, rowId, onOpen, openHint, onEnd, sort, total, onMark, className } = props;
  const [sorting, setSorting] = useState<SortingState>([]);
  const definitions = useMemo(
    () =>
      columns.map((column): ColumnDef<GridFeatures, R> => {
        const { compare } = column;
        return {
          id: column.id,
          // The value only tells a known one from an unknown one, which is last in both directions.
          accessorFn: (row) => (compare?.isUnknown?.(row) === true ? undefined : row),
          sortUndefined: 'last',
          header: () => column.header,
          cell: (cell) => column.cell(cell.row.original),
          enableSorting: compare !== undefined,
          ...(compare === undefined ? {} : { sortFn: (a, b) => compare(a.original, b.original) }),
          sortDescFirst: column.numeric === true,
        };
      }),
    [columns],
  );
  const table = useTable({
    features: gridFeatures,
    columns: definitions,
    data: rows as R[],
    getRowId: rowId,
    state: { sorting },
    onSortingChange: setSorting,
  });
  const visibleRows = table.getRowModel().rows;
  const reached = (act: ((row: R) => void) | undefined) => (index: number) => {
    const row = visibleRows[index];
    if (row !== undefined) act?.(row.original);
  };
  const { scroll, focused, setFocused, onKeyDown } = useGridKeys(visibleRows.length, reached(onOpen), reached(onMark));
  const columnStyles = useMemo(() => new Map(columns.map((column) => [column.id, toColumnStyle(column)])), [columns]);
  const numeric = new Set(columns.filter((column) => column.numeric === true).map((column) => column.id));
  const footed = columns.some((column) => column.footer !== undefined);
  const hasMore = useSideways(scroll);
  return (
    <div className={styles.sideways} data-more={hasMore || undefined}>
      <section
        ref={scroll}
        className={`${styles.scroll} ${className ?? ''}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
        tabIndex={0}
        aria-label={`${label}. ${openHint}`}
        onKeyDown={onKeyDown}
      >
        <table className={`${styles.table} ${styles.grid}`} aria-rowcount={total ?? rows.length}>
          <thead>
            {table.getHeaderGroups().map((group) => (
              <tr key={group.id}>
                {group.headers.map((header) => (
                  <HeaderCell
                    key={header.id}
                    header={header}
                    numeric={numeric.has(header.column.id)}
                    style={columnStyles.get(header.column.id)}
                    sort={sort}
                  />
                ))}
              </tr>
            ))}
          </thead>
          <VirtualBody
            rows={visibleRows}
            columnStyles={columnStyles}
            scroll={scroll}
            focused={focused}
            onEnd={onEnd}
            onOpen={(row, index) => {
              setFocused(index);
              onOpen(row);
            }}
          />
          {footed && (
            <tfoot>
              <tr>
                {columns.map((column, index) =>
                  index === 0 ? (
                    <th key={column.id} scope="row" {...columnStyles.get(column.id)?.cell}>
                      {column.footer}
                    </th>
                  ) : (
                    <td key={column.id} {...columnStyles.get(column.id)?.cell}>
                      {column.footer}
                    </td>
                  ),
                )}
              </tr>
            </tfoot>
          )}
        </table>
      </section>
      {hasMore && (
        <span className={styles.moreColumns} aria-hidden="true">
          More columns →
        </span>
      )}
    </div>
  );
}

function toColumnStyle<R>({ numeric, pin, lead, className }: GridColumn<R>): ColumnStyle {
  const names = [numeric === true ? styles.number : '', pin === undefined ? '' : styles.pinned, className ?? ''];
  const place =
    pin === undefined ? {} : { style: { left: pin.left, width: pin.width, minWidth: pin.width, maxWidth: pin.width } };
  return { cell: { className: names.filter((name) => name !== '').join(' '), ...place }, lead };
}
