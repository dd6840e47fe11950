import { useState } from 'react';
import { dimensionLabel } from '../format/dimension.ts';
import { counted, formatPercent } from '../format/number.ts';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import { ChangedValue } from './ChangedValue.tsx';
import styles from './deliveries.module.css';
import type { ChangeGroup, GroupedField } from './group-changes.ts';
import { RowName } from './RowName.tsx';

const MAX_ROWS = 100;

interface ChangedGroupProps {
  readonly group: ChangeGroup;
  /** The later delivery. */
  readonly delivery: string;
}

/** Rows that changed for one reason; a click lists them. */
export function ChangedGroup({ group, delivery }: ChangedGroupProps) {
  const [open, setOpen] = useState(false);
  const { rows, fields } = group;
  const [only, ...more] = rows;
  return (
    <tbody>
      {fields.map((field, place) => (
        <tr key={field.column}>
          {place === 0 && (
            <th scope="rowgroup" rowSpan={fields.length}>
              {more.length === 0 && only !== undefined ? (
                <RowName row={only} delivery={delivery} />
              ) : (
                <button
                  type="button"
                  className={parts.button}
                  aria-expanded={open}
                  onClick={() => setOpen((before) => !before)}
                >
                  {counted(rows.length, 'row')} <span aria-hidden="true">{open ? '▴' : '▾'}</span>
                </button>
              )}
            </th>
          )}
          <td>{dimensionLabel(field.column)}</td>
          <Values field={field} />
          <td className={table.number}>
            {field.ratio === null ? <Unknown reason="Not a number, or nothing before." /> : signed(field.ratio)}
          </td>
        </tr>
      ))}
      {open && (
        <tr>
          <td colSpan={5}>
            <ul className={styles.groupRows} aria-label="Rows of the group">
              {rows.slice(0, MAX_ROWS).map((row) => (
                <li key={`${row.file} ${row.row}`}>
                  <RowName row={row} delivery={delivery} />
                </li>
              ))}
              {rows.length > MAX_ROWS && <li>and {counted(rows.length - MAX_ROWS, 'more row')}; the CSV has all</li>}
            </ul>
          </td>
        </tr>
      )}
    </tbody>
  );
}

function Values({ field: { before, after, isSame } }: { readonly field: GroupedField }) {
  if (!isSame) return <td colSpan={2}>different amounts, the same change</td>;
  return (
    <>
      <td>
        <ChangedValue value={before} other={after} side="before" />
      </td>
      <td>
        <ChangedValue value={after} other={before} side="after" />
      </td>
    </>
  );
}

function signed(ratio: number): string {
  return `${ratio > 0 ? '+' : ''}${formatPercent(ratio * 100)}`;
}
