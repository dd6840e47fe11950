import { Notice } from '../parts/Notice.tsx';
import parts from '../parts/parts.module.css';
import type { EditedRun } from './use-edit-run.ts';

/** What was changed last, and the way back. */
export function DoneNotice({ editing: { done, undo, dismiss, change } }: { readonly editing: EditedRun }) {
  if (done === null) return null;
  return (
    <Notice
      kind="status"
      actions={
        <>
          <button type="button" className={parts.button} disabled={change.isPending} onClick={undo}>
            Undo
          </button>
          <button type="button" className={parts.button} onClick={dismiss}>
            Close
          </button>
        </>
      }
    >
      {done.said}
    </Notice>
  );
}
