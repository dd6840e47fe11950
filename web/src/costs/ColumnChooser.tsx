import { useId, useState } from 'react';
import { dimensionLabel } from '../format/dimension.ts';
import parts from '../parts/parts.module.css';
import { movedColumn, toggledColumn } from './column-choice.ts';
import styles from './costs.module.css';

interface ColumnChooserProps {
  readonly all: readonly string[];
  readonly columns: readonly string[];
  /** undefined: the default columns. */
  readonly onChange: (columns: string[] | undefined) => void;
}

/** Visible columns and their order; the first one is pinned. */
export function ColumnChooser({ all, columns, onChange }: ColumnChooserProps) {
  const id = useId();
  const [text, setText] = useState('');
  const hidden = all.filter((column) => !columns.includes(column));
  const matches = (column: string) => dimensionLabel(column).toLowerCase().includes(text.toLowerCase());
  return (
    <>
      <button type="button" className={parts.button} popoverTarget={id} style={{ anchorName: '--columns' }}>
        Columns
      </button>
      <div id={id} popover="auto" className={styles.chooser}>
        <input
          className={styles.chooserSearch}
          type="search"
          aria-label="Find a column"
          placeholder="Find a column"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <ul className={styles.chooserList} aria-label="Columns">
          {[...columns, ...hidden].filter(matches).map((column) => {
            const place = columns.indexOf(column);
            const label = dimensionLabel(column);
            return (
              <li key={column} className={styles.chooserItem}>
                <label className={styles.chooserLabel}>
                  <input
                    type="checkbox"
                    checked={place >= 0}
                    disabled={place >= 0 && columns.length === 1}
                    onChange={() => onChange(toggledColumn(columns, column))}
                  />
                  {label}
                </label>
                {place > 0 && (
                  <button
                    type="button"
                    className={styles.chooserMove}
                    aria-label={`Move ${label} towards the start`}
                    onClick={() => onChange(movedColumn(columns, column))}
                  >
                    ↑
                  </button>
                )}
              </li>
            );
          })}
        </ul>
        <button type="button" className={styles.clear} onClick={() => onChange(undefined)}>
          Default columns
        </button>
      </div>
    </>
  );
}
