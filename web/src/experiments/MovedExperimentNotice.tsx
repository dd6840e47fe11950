import { counted } from '../format/number.ts';
import { Notice } from '../parts/Notice.tsx';
import parts from '../parts/parts.module.css';
import styles from './experiments.module.css';
import type { MoveExperiment } from './use-move-experiment.ts';

/** The last move of an experiment, with an undo button. */
export function MovedExperimentNotice({ moving: { move, moved, dismiss } }: { readonly moving: MoveExperiment }) {
  if (move.error !== null) {
    return (
      <div className={styles.notice}>
        <Notice kind="alert">{move.error.message}</Notice>
      </div>
    );
  }
  if (moved === null) return null;
  const back = { ...moved, done: moved.done === 'deleted' ? ('restored' as const) : ('deleted' as const) };
  return (
    <div className={styles.notice}>
      <Notice
        kind="status"
        actions={
          <>
            <button type="button" className={parts.button} disabled={move.isPending} onClick={() => move.mutate(back)}>
              Undo
            </button>
            <button type="button" className={parts.button} onClick={dismiss}>
              Close
            </button>
          </>
        }
      >
        {moved.name} was {moved.done} with {counted(moved.runs, 'run')}.
      </Notice>
    </div>
  );
}
