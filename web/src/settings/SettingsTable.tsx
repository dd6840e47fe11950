import { type ReactNode, useMemo } from 'react';
import { SortHead } from '../table/SortHead.tsx';
import table from '../table/table.module.css';
import { useSorted } from '../table/use-sorted.ts';
import { buildCellOrders, findSortable, type SettingsRow } from './cell-orders.ts';

interface SettingsTableProps {
  readonly label: string;
  /** Titles of the columns; an empty one is of buttons. */
  readonly head: readonly string[];
  /** Places of the columns with figures. */
  readonly numeric?: readonly number[];
  readonly rows: readonly SettingsRow<ReactNode>[];
}

/** A short table; the first cell of a row is its name. Columns of texts, figures and stated values sort. */
export function SettingsTable({ label, head, numeric = [], rows }: SettingsTableProps) {
  const align = (at: number) => (numeric.includes(at) ? table.number : undefined);
  const orders = useMemo(() => buildCellOrders<ReactNode>(head.length), [head.length]);
  const sortable = findSortable(rows, head);
  const { sorted, sort } = useSorted(rows, orders);
  return (
    <table className={table.table} aria-label={label}>
      <thead>
        <tr>
          {head.map((title, at) =>
            sortable.includes(at) ? (
              <SortHead key={title} column={String(at)} sort={sort} numeric={numeric.includes(at)}>
                {title}
              </SortHead>
            ) : (
              <th key={title} scope="col" className={align(at)}>
                {title === '' ? <span className="visually-hidden">Actions</span> : title}
              </th>
            ),
          )}
        </tr>
      </thead>
      <tbody>
        {sorted.map(({ key, cells: [name, ...cells] }) => (
          <tr key={key}>
            <th scope="row">{name}</th>
            {cells.map((cell, at) => (
              <td key={head[at + 1]} className={align(at + 1)}>
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
