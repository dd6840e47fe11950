import { Notice } from '../parts/Notice.tsx';
import parts from '../parts/parts.module.css';
import { UndoNotice } from '../parts/UndoNotice.tsx';
import { listChanges } from './budget-changes.ts';
import type { BudgetChanges } from './use-budget-change.ts';

/** The last change of a budget, with an undo button. */
export function BudgetChangeNotice({ changes }: { readonly changes: BudgetChanges }) {
  const { change, changed, undo, dismiss } = changes;
  if (change.error !== null && changed !== null) {
    return <Notice kind="alert">The budget could not be changed: {change.error.message}</Notice>;
  }
  if (changed === null) return null;
  const { name, spec, before } = changed;
  if (before === null) {
    const close = (
      <button type="button" className={parts.button} onClick={dismiss}>
        Close
      </button>
    );
    return (
      <Notice kind="status" actions={close}>
        {name} was created.
      </Notice>
    );
  }
  const texts = listChanges(before, spec);
  return (
    <UndoNotice busy={change.isPending} undo={undo} dismiss={dismiss}>
      {name} was changed: {texts.length === 0 ? 'nothing' : texts.join('; ')}.
    </UndoNotice>
  );
}
