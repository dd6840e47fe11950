import { type ColumnDef, type SortingState, useTable } from '@tanstack/react-table';
import { type ReactNode, useMemo, useState } from 'react';
import { type GridFeatures, gridFeatures } from './grid-features.ts';
import { HeaderCell } from './HeaderCell.tsx';
import styles from './table.module.css';
import { useGridKeys } from './use-grid-keys.ts';
import { VirtualBody } from './VirtualBody.tsx';

export interface GridColumn<R> {
  readonly id: string;
  readonly header: ReactNode;
  readonly cell: (row: R) => ReactNode;
  readonly numeric?: boolean;
  /** What stands in the totals row. */
  readonly footer?: ReactNode;
  /** Ascending order of two rows; without it the column cannot be sorted by. */
  readonly compare?: (a: R, b: R) => number;
}

interface DataTableProps<R extends object> {
  readonly label: string;
  readonly columns: readonly GridColumn<R>[];
  readonly rows: readonly R[];
  readonly rowId: (row: R) => string;
  /** What Enter or a click on a row does. */
  readonly onOpen: (row: R) => void;
  readonly openHint: string;
  /** Called when the end comes into sight. */
  readonly onEnd?: (() => void) | undefined;
}

/**
 * A long table: only the rows in sight are in the page; head, first column and totals stay in sight. Arrow keys, Home,
 * End and page keys move a row, Enter opens it.
 */
export function DataTable<R extends object>(props: DataTableProps<R>) {
  const { label, columns, rows, rowId, onOpen, openHint, onEnd } = props;
  const [sorting, setSorting] = useState<SortingState>([]);
  const definitions = useMemo(
    () =>
      columns.map((column): ColumnDef<GridFeatures, R> => {
        const { compare } = column;
        return {
          id: column.id,
          accessorFn: (row) => row,
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
  const shown = table.getRowModel().rows;
  const { scroll, focused, setFocused, onKeyDown } = useGridKeys(shown.length, (index) => {
    const row = shown[index];
    if (row !== undefined) onOpen(row.original);
  });
  const numeric = new Set(columns.filter((column) => column.numeric === true).map((column) => column.id));
  const footed = columns.some((column) => column.footer !== undefined);
  return (
    <section
      ref={scroll}
      className={styles.scroll}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
      tabIndex={0}
      aria-label={`${label}. ${openHint}`}
      onKeyDown={onKeyDown}
    >
      <table className={`${styles.table} ${styles.grid}`} aria-rowcount={rows.length}>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map((header) => (
                <HeaderCell key={header.id} header={header} numeric={numeric.has(header.column.id)} />
              ))}
            </tr>
          ))}
        </thead>
        <VirtualBody
          rows={shown}
          numeric={numeric}
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
                  <th key={column.id} scope="row">
                    {column.footer}
                  </th>
                ) : (
                  <td key={column.id} className={column.numeric === true ? styles.number : undefined}>
                    {column.footer}
                  </td>
                ),
              )}
            </tr>
          </tfoot>
        )}
      </table>
    </section>
  );
}
