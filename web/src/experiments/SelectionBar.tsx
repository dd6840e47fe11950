import { MAX_COMPARED_RUNS } from '../../../src/mlops/run-views/compared/schema.ts';
import type { Run } from '../../../src/mlops/runs/schema.ts';
import { counted, formatCount } from '../format/number.ts';
import parts from '../parts/parts.module.css';
import styles from './experiments.module.css';
import type { MoveRuns } from './use-move-runs.ts';
import type { Selected } from './use-selected.ts';

interface SelectionBarProps {
  readonly selected: Selected;
  readonly rows: readonly Run[];
  readonly moving: MoveRuns;
}

/** Actions on the selected runs. */
export function SelectionBar({ selected, rows, moving }: SelectionBarProps) {
  const marked = rows.filter((run) => selected.ids.has(run.runId));
  if (marked.length === 0) return null;
  const active = marked.filter((run) => run.lifecycleStage === 'active').map((run) => run.runId);
  const deleted = marked.filter((run) => run.lifecycleStage === 'deleted').map((run) => run.runId);
  const compared = marked
    .slice(0, MAX_COMPARED_RUNS)
    .map((run) => run.runId)
    .join(',');
  return (
    <section className={styles.selection} aria-label="Marked runs">
      <span aria-live="polite">{counted(marked.length, 'run')} marked</span>
      {marked.length >= 2 && (
        <a className={`${parts.button} ${parts.primary}`} href={`/runs/compare?runs=${compared}`}>
          {marked.length > MAX_COMPARED_RUNS ? `Compare the first ${formatCount(MAX_COMPARED_RUNS)}` : 'Compare'}
        </a>
      )}
      {active.length > 0 && (
        <button
          type="button"
          className={parts.button}
          disabled={moving.move.isPending}
          onClick={() => moving.move.mutate({ done: 'deleted', runIds: active })}
        >
          Delete
        </button>
      )}
      {deleted.length > 0 && (
        <button
          type="button"
          className={parts.button}
          disabled={moving.move.isPending}
          onClick={() => moving.move.mutate({ done: 'restored', runIds: deleted })}
        >
          Restore
        </button>
      )}
      <button type="button" className={styles.plain} onClick={() => selected.set([])}>
        Unmark all
      </button>
    </section>
  );
}
