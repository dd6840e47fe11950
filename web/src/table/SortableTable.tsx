import { Fragment, type ReactNode } from 'react';
import { compareValues } from './comparators.ts';
import { SidewaysBox } from './SidewaysBox.tsx';
import { SortHead } from './SortHead.tsx';
import table from './table.module.css';
import { type RowSort, sortBy, useRowSort } from './use-sorted.ts';

interface ColumnStyle {
  /** Figures: to the right, and the largest first. */
  readonly numeric?: boolean;
  readonly className?: string | undefined;
}

export interface SortableColumn<R> extends ColumnStyle {
  readonly head: ReactNode;
  /** The value that the column sorts by, given the place among the rows; null is unknown and last. */
  readonly by: (row: R, place: number) => string | number | null | undefined;
}

/** A column of buttons or bars, without a value and without a visible head. */
interface UnsortedColumn extends ColumnStyle {
  readonly hiddenHead: string;
}

interface SortableTableProps<R> {
  readonly label?: string | undefined;
  readonly testId?: string | undefined;
  readonly className?: string | undefined;
  readonly columns: readonly (SortableColumn<R> | UnsortedColumn)[];
  readonly rows: readonly R[];
  /** The `<tr>` of a row, with its key; the place is that in the given rows. */
  readonly row: (row: R, place: number) => ReactNode;
  /** Rows at most; the others are cut after sorting. */
  readonly most?: number | undefined;
  /** Each row is a separate `<tbody>`. */
  readonly inBodies?: boolean;
  readonly foot?: ReactNode;
  /** The table is in a box that scrolls it. */
  readonly isBoxed?: boolean;
}

/**
 * A plain table whose columns sort by a click on the head: once, the other way, then the given order. Long tables are
 * `DataTable`; tables with groups of rows use `useRowSort` and `SortHead`.
 */
export function SortableTable<R>(props: SortableTableProps<R>) {
  const { label, testId, className, columns, rows, row, most, inBodies = false, foot, isBoxed = false } = props;
  const sort = useRowSort();
  const placed = rows.map((one, place) => ({ one, place }));
  const orders = Object.fromEntries(
    columns.flatMap((column, at) =>
      'by' in column
        ? [[String(at), compareValues<(typeof placed)[number]>(({ one, place }) => column.by(one, place))]]
        : [],
    ),
  );
  const sorted = sortBy(placed, orders, sort);
  const body = sorted.slice(0, most).map(({ one, place }) => row(one, place));
  const content = (
    <table
      className={className === undefined ? table.table : `${table.table} ${className}`}
      aria-label={label}
      data-testid={testId}
    >
      <thead>
        <tr>
          {columns.map((column, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a column is told apart by its place
            <Fragment key={at}>{renderHead(column, String(at), sort)}</Fragment>
          ))}
        </tr>
      </thead>
      {inBodies ? body : <tbody>{body}</tbody>}
      {foot}
    </table>
  );
  return isBoxed ? content : <SidewaysBox label={label ?? 'Table'}>{content}</SidewaysBox>;
}

function renderHead<R>(column: SortableColumn<R> | UnsortedColumn, id: string, sort: RowSort) {
  const { numeric = false, className } = column;
  if ('by' in column) {
    return (
      <SortHead column={id} sort={sort} numeric={numeric} className={className}>
        {column.head}
      </SortHead>
    );
  }
  const names = [numeric ? table.number : '', className ?? ''].filter((name) => name !== '');
  return (
    <th scope="col" className={names.join(' ') || undefined}>
      <span className="visually-hidden">{column.hiddenHead}</span>
    </th>
  );
}
