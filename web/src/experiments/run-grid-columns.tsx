import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Run } from '../../../src/mlops/runs/schema.ts';
import type { GridColumn } from '../table/DataTable.tsx';
import { pinPlaces } from '../table/pin-places.ts';
import { findBestRun } from './best-run.ts';
import styles from './experiments.module.css';
import { RunCell } from './RunCell.tsx';
import { columnKind, columnLabel, isNumberColumn, NAME_COLUMN } from './run-column.ts';
import type { Selected } from './use-selected.ts';

const NAME_WIDTH = 260;
/** On a phone the name column is narrower, and it is the only pinned column. */
const NARROW_NAME_WIDTH = 150;
const PINNED_WIDTH = 150;
const HUES = { metric: styles.quality, cost: styles.cost, param: '', tag: '', own: '' } as const;

interface RunGrid {
  readonly columns: readonly string[];
  readonly pinned: readonly string[];
  readonly selected: Selected;
  readonly rows: readonly Run[];
  readonly narrow: boolean;
  readonly footers: Readonly<Record<string, ReactNode>>;
}

/** Columns of the table of runs: mark and name, then the pinned ones, then the others. */
export function runGridColumns({ columns, pinned, selected, rows, narrow, footers }: RunGrid): GridColumn<Run>[] {
  const kept = narrow ? [] : pinned.filter((column) => columns.includes(column));
  const places = pinPlaces({ id: NAME_COLUMN, width: narrow ? NARROW_NAME_WIDTH : NAME_WIDTH }, kept, PINNED_WIDTH);
  const others = [...kept, ...columns.filter((column) => !kept.includes(column))];
  return [
    nameColumn(selected, rows, places.get(NAME_COLUMN), footers[NAME_COLUMN]),
    ...others.map((column): GridColumn<Run> => {
      const kind = columnKind(column);
      const best = kind === 'metric' ? findBestRun(rows, column.slice('metrics.'.length)) : null;
      return {
        id: column,
        header: <span {...(kind === 'own' ? {} : { 'data-tip': column })}>{columnLabel(column)}</span>,
        numeric: isNumberColumn(column),
        cell: (run) =>
          run.runId === best ? (
            <span className={styles.best} data-tip="Best of the loaded runs">
              <RunCell run={run} column={column} />
            </span>
          ) : (
            <RunCell run={run} column={column} />
          ),
        footer: footers[column] ?? '',
        pin: places.get(column),
        className: HUES[kind],
      };
    }),
  ];
}

function nameColumn(
  selected: Selected,
  rows: readonly Run[],
  pin: GridColumn<Run>['pin'],
  footer: ReactNode,
): GridColumn<Run> {
  const all = rows.length > 0 && rows.every((run) => selected.ids.has(run.runId));
  return {
    id: NAME_COLUMN,
    header: columnLabel(NAME_COLUMN),
    pin,
    footer,
    lead: (
      <input
        type="checkbox"
        className={styles.mark}
        aria-label="Mark every run that is loaded"
        checked={all}
        onChange={() => selected.set(all ? [] : rows.map((run) => run.runId))}
      />
    ),
    cell: (run) => (
      <span className={styles.name}>
        <input
          type="checkbox"
          className={styles.mark}
          aria-label={`Mark ${run.runName}`}
          checked={selected.ids.has(run.runId)}
          onClick={(event) => {
            event.stopPropagation();
            selected.toggle(run.runId, event.shiftKey);
          }}
          onChange={() => undefined}
        />
        <Link
          to="/runs/$runId"
          params={{ runId: run.runId }}
          className={styles.nameLink}
          onClick={(event) => event.stopPropagation()}
          data-tip={run.runName.length > 26 ? run.runName : undefined}
        >
          {run.runName}
        </Link>
        {run.lifecycleStage === 'deleted' && <span className={styles.deleted}>deleted</span>}
      </span>
    ),
  };
}
