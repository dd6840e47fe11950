import { UndoNotice } from '../parts/UndoNotice.tsx';
import type { EditedRun } from './use-edit-run.ts';

/** The last change, with an undo button. */
export function DoneNotice({ editing: { done, undo, dismiss, change } }: { readonly editing: EditedRun }) {
  if (done === null) return null;
  return (
    <UndoNotice busy={change.isPending} undo={undo} dismiss={dismiss}>
      {done.text}
    </UndoNotice>
  );
}
