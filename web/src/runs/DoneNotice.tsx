import { UndoNotice } from '../parts/UndoNotice.tsx';
import type { EditedRun } from './use-edit-run.ts';

/** What was changed last, and the way back. */
export function DoneNotice({ editing: { done, undo, dismiss, change } }: { readonly editing: EditedRun }) {
  if (done === null) return null;
  return (
    <UndoNotice busy={change.isPending} undo={undo} dismiss={dismiss}>
      {done.said}
    </UndoNotice>
  );
}
