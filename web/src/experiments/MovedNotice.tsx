import { counted } from '../format/number.ts';
import { Notice } from '../parts/Notice.tsx';
import { UndoNotice } from '../parts/UndoNotice.tsx';
import styles from './experiments.module.css';
import type { MoveRuns } from './use-move-runs.ts';

/** The last move of runs, with an undo button. */
export function MovedNotice({ moving }: { readonly moving: MoveRuns }) {
  const { move, moved, undo, dismiss } = moving;
  if (move.error !== null) {
    return (
      <div className={styles.notice}>
        <Notice kind="alert">{move.error.message}</Notice>
      </div>
    );
  }
  if (moved === null) return null;
  return (
    <div className={styles.notice}>
      <UndoNotice busy={move.isPending} undo={undo} dismiss={dismiss}>
        {counted(moved.runIds.length, 'run')} {moved.done}.
        {moved.done === 'deleted' && ' Nothing of them is lost: they are under “Deleted runs”.'}
      </UndoNotice>
    </div>
  );
}
