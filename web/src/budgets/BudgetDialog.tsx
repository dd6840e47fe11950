import { type FormEvent, type KeyboardEvent, useState } from 'react';
import type { BudgetSpec } from '../../../src/finops/budgets/schema.ts';
import { Dialog } from '../parts/Dialog.tsx';
import parts from '../parts/parts.module.css';
import { BudgetFields } from './BudgetFields.tsx';
import { type BudgetDraft, listChanges, NEW_BUDGET, readDraft, toDraft } from './budget-draft.ts';
import styles from './budgets.module.css';
import { type BudgetChange, type BudgetChanges, useDryRun } from './use-budget-change.ts';

interface BudgetDialogProps {
  /** Which budget is changed; null for a new one. */
  readonly budget: { readonly name: string; readonly spec: BudgetSpec } | null;
  /** Names of budgets that it can be a part of. */
  readonly parents: readonly string[];
  readonly change: BudgetChanges['change'];
  readonly onSaved: (change: BudgetChange) => void;
  readonly onClose: () => void;
}

/** Form of a budget, with the predicted effect on the server before it is saved. */
export function BudgetDialog({ budget, parents, change, onSaved, onClose }: BudgetDialogProps) {
  const before = budget?.spec ?? null;
  const [draft, setDraft] = useState<BudgetDraft>(budget === null ? NEW_BUDGET : toDraft(budget.name, budget.spec));
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const read = readDraft(draft, before);
  const dryRun = useDryRun(draft.name.trim(), read.spec);
  const ready = read.spec !== null && dryRun.isSuccess && !change.isPending;
  const save = () => {
    setTouched(new Set(Object.keys(draft)));
    if (read.spec === null || !ready) return;
    const asked = { name: read.name, spec: read.spec, before };
    change.mutate(asked, { onSuccess: () => onSaved(asked) });
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save();
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  const set = (field: keyof BudgetDraft, value: string) => {
    setDraft({ ...draft, [field]: value });
    setTouched(new Set([...touched, field]));
  };
  // Fields that are still untouched show no error.
  const findProblem = (field: string) => (touched.has(field) ? read.problems?.get(field) : undefined);
  const title = budget === null ? 'New budget' : `Edit ${budget.name}`;
  const refused = dryRun.error?.message ?? change.error?.message ?? read.problems?.get('');
  return (
    <Dialog label={title} onClose={onClose} place="side">
      <form className={styles.drawer} onKeyDown={onKey} onSubmit={onSubmit} noValidate>
        <h2 className={styles.dialogTitle}>{title}</h2>
        <BudgetFields draft={draft} isNew={budget === null} parents={parents} findProblem={findProblem} set={set} />
        <div className={styles.outcome} aria-live="polite" data-testid="outcome">
          {refused === undefined ? (
            <Outcome before={before} spec={read.spec} outcome={dryRun.data?.applied[0]?.outcome} />
          ) : (
            <p className={parts.refused}>{refused}</p>
          )}
        </div>
        <div className={styles.buttons}>
          <button type="button" className={parts.button} onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className={`${parts.button} ${parts.primary}`} disabled={!ready}>
            {change.isPending ? 'Saving…' : 'Save'}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

interface OutcomeProps {
  readonly before: BudgetSpec | null;
  readonly spec: BudgetSpec | null;
  /** Outcome that the server predicts; undefined until it has answered. */
  readonly outcome: 'created' | 'changed' | 'unchanged' | undefined;
}

/** Predicted effect of saving. */
function Outcome({ before, spec, outcome }: OutcomeProps) {
  if (spec === null) return <p className={parts.note}>Correct the marked fields.</p>;
  if (outcome === undefined) return <p className={parts.note}>Checking…</p>;
  if (outcome === 'created') return <p className={parts.note}>A new budget, effective immediately.</p>;
  if (before === null) return <p className={parts.refused}>A budget of this name exists. Saving replaces it.</p>;
  const changes = listChanges(before, spec);
  if (changes.length === 0) return <p className={parts.note}>No changes yet.</p>;
  return (
    <ul className={`${parts.note} ${styles.changes}`}>
      {changes.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}
