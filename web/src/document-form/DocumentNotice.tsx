import { Notice } from '../parts/Notice.tsx';
import parts from '../parts/parts.module.css';
import { UndoNotice } from '../parts/UndoNotice.tsx';
import type { DocumentApply } from './use-document-apply.ts';

/** The last saved document, with an undo button where there was one before. */
export function DocumentNotice({ apply: { change, done, undo, dismiss } }: { readonly apply: DocumentApply }) {
  if (done === null) return null;
  if (change.error !== null) return <Notice kind="alert">{change.error.message}</Notice>;
  if (done.before !== null) {
    return (
      <UndoNotice busy={change.isPending} undo={undo} dismiss={dismiss}>
        {done.name} was changed.
      </UndoNotice>
    );
  }
  const close = (
    <button type="button" className={parts.button} onClick={dismiss}>
      Close
    </button>
  );
  return (
    <Notice kind="status" actions={close}>
      {done.name} was created.
    </Notice>
  );
}
