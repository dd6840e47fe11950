import { useId, useState } from 'react';
import type { RunColumn } from '../../../src/mlops/run-views/run-table/schema.ts';
import { movedColumn, toggledColumn } from '../costs/column-choice.ts';
import { formatCount } from '../format/number.ts';
import parts from '../parts/parts.module.css';
import styles from './experiments.module.css';
import { columnKind, columnLabel, OWN_COLUMNS } from './run-column.ts';

interface RunColumnChooserProps {
  readonly known: readonly RunColumn[];
  readonly visibleColumns: readonly string[];
  readonly pinned: readonly string[];
  /** False while the runs of each key are still being counted. */
  readonly complete: boolean;
  /** undefined: the usual columns again. */
  readonly onChange: (visibleColumns: string[] | undefined, pinned: string[] | undefined) => void;
}

const MOST_LISTED = 200;
const KIND_TEXTS = { metric: 'metric', param: 'param', tag: 'tag', cost: 'cost', own: 'run' } as const;

/** Visible columns, their order, and the pinned ones. */
export function RunColumnChooser({ known, visibleColumns, pinned, complete, onChange }: RunColumnChooserProps) {
  const id = useId();
  const [text, setText] = useState('');
  const runs = new Map(known.map((column) => [column.column, column.runs]));
  const others = [...OWN_COLUMNS, ...runs.keys()].filter((column) => !visibleColumns.includes(column));
  const words = text.toLowerCase();
  const found = [...visibleColumns, ...others].filter((column) =>
    `${column} ${columnLabel(column)}`.toLowerCase().includes(words),
  );
  const keep = (next: string[]) =>
    onChange(
      next,
      next.filter((column) => pinned.includes(column)),
    );
  return (
    <>
      <button type="button" className={parts.button} popoverTarget={id} style={{ anchorName: '--run-columns' }}>
        Columns
      </button>
      <div id={id} popover="auto" className={styles.chooser}>
        <input
          className={styles.chooserSearch}
          type="search"
          aria-label="Find a column"
          placeholder="Find a metric, param or tag"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <ul className={styles.chooserList} aria-label="Columns">
          {found.slice(0, MOST_LISTED).map((column) => (
            <ChooserItem
              key={column}
              column={column}
              runs={runs.get(column)}
              place={visibleColumns.indexOf(column)}
              pinned={pinned.includes(column)}
              onToggle={() => keep(toggledColumn(visibleColumns, column))}
              onMove={() => keep(movedColumn(visibleColumns, column))}
              onPin={() => onChange([...visibleColumns], toggledColumn(pinned, column))}
            />
          ))}
        </ul>
        <p className={styles.chooserNote}>
          {found.length > MOST_LISTED && `${formatCount(found.length - MOST_LISTED)} more: type part of a name. `}
          {complete ? 'The figure is the number of runs with it.' : 'Runs are still being counted.'}
        </p>
        <button type="button" className={styles.plain} onClick={() => onChange(undefined, undefined)}>
          Default columns
        </button>
      </div>
    </>
  );
}

interface ChooserItemProps {
  readonly column: string;
  readonly runs: number | null | undefined;
  /** -1 when it is not shown. */
  readonly place: number;
  readonly pinned: boolean;
  readonly onToggle: () => void;
  readonly onMove: () => void;
  readonly onPin: () => void;
}

function ChooserItem({ column, runs, place, pinned, onToggle, onMove, onPin }: ChooserItemProps) {
  const kind = columnKind(column);
  const label = `${columnLabel(column)} (${KIND_TEXTS[kind]})`;
  return (
    <li className={styles.chooserItem}>
      <label className={styles.chooserLabel}>
        <input type="checkbox" checked={place >= 0} onChange={onToggle} />
        <span className={styles.chooserName} data-tip={column}>
          {columnLabel(column)}
        </span>
        <span className={styles.chooserKind}>{KIND_TEXTS[kind]}</span>
        {runs !== undefined && <span className={styles.chooserRuns}>{runs === null ? '…' : formatCount(runs)}</span>}
      </label>
      {place >= 0 && (
        <>
          <button
            type="button"
            className={styles.chooserButton}
            aria-pressed={pinned}
            aria-label={`Pin ${label}`}
            data-tip="Pin"
            onClick={onPin}
          >
            <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true" fill={pinned ? 'currentColor' : 'none'}>
              <path
                d="M4 1.5h4l-.5 3.5 1.5 2H3l1.5-2zM6 7v3.5"
                stroke="currentColor"
                strokeWidth="1.2"
                strokeLinejoin="round"
              />
            </svg>
          </button>
          <button
            type="button"
            className={styles.chooserButton}
            aria-label={`Move ${label} towards the start`}
            disabled={place === 0}
            onClick={onMove}
          >
            ↑
          </button>
        </>
      )}
    </li>
  );
}
