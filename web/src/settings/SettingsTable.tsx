import type { ReactNode } from 'react';
import table from '../table/table.module.css';

interface SettingsTableProps {
  readonly label: string;
  /** Titles of the columns; an empty one is of buttons. */
  readonly head: readonly string[];
  /** Places of the columns with figures. */
  readonly numeric?: readonly number[];
  readonly rows: readonly { readonly key: string; readonly cells: readonly ReactNode[] }[];
}

/** A short table; the first cell of a row is its name. */
export function SettingsTable({ label, head, numeric = [], rows }: SettingsTableProps) {
  const align = (at: number) => (numeric.includes(at) ? table.number : undefined);
  return (
    <table className={table.table} aria-label={label}>
      <thead>
        <tr>
          {head.map((title, at) => (
            <th key={title} scope="col" className={align(at)}>
              {title === '' ? <span className="visually-hidden">Actions</span> : title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, cells: [name, ...cells] }) => (
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
