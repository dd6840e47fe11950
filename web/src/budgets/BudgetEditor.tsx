import { type FormEvent, type KeyboardEvent, useState } from 'react';
import type { BudgetSpec } from '../../../src/finops/budgets/schema.ts';
import { DocumentEditor } from '../document-form/DocumentEditor.tsx';
import { formatDocument } from '../document-form/document.ts';
import styles from '../document-form/document-form.module.css';
import { useDocumentForm } from '../document-form/use-document-form.ts';
import parts from '../parts/parts.module.css';
import { BudgetFields } from './BudgetFields.tsx';
import { BudgetOutcome } from './BudgetOutcome.tsx';
import { budgetKind, NEW_BUDGET } from './budget-kind.ts';
import { type BudgetChange, type BudgetChanges, useDryRun } from './use-budget-change.ts';

interface BudgetEditorProps {
  /** Which budget is changed; null for a new one. */
  readonly budget: { readonly name: string; readonly spec: BudgetSpec } | null;
  /** Names of budgets that it can be a part of. */
  readonly parents: readonly string[];
  readonly change: BudgetChanges['change'];
  readonly onSaved: (change: BudgetChange) => void;
  readonly onClose: () => void;
  readonly closeLabel: string;
}

/** A budget as form and as YAML, with the predicted effect on the server before it is saved. */
export function BudgetEditor({ budget, parents, change, onSaved, onClose, closeLabel }: BudgetEditorProps) {
  const before = budget?.spec ?? null;
  const [initial] = useState(budget === null ? NEW_BUDGET : formatDocument('Budget', budget.name, budget.spec));
  const form = useDocumentForm(budgetKind, initial);
  const { valid } = form.read;
  const dryRun = useDryRun(valid?.name ?? '', valid?.spec ?? null);
  const ready = valid !== null && dryRun.isSuccess && !change.isPending;
  const save = () => {
    if (valid === null || !ready) return;
    const asked = { ...valid, before };
    change.mutate(asked, { onSuccess: () => onSaved(asked) });
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save();
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  const renamed =
    budget !== null && valid !== null && valid.name !== budget.name
      ? `Saving creates a second budget "${valid.name}"; "${budget.name}" stays.`
      : undefined;
  return (
    <form className={styles.editor} onKeyDown={onKey} onSubmit={onSubmit} noValidate>
      <DocumentEditor what={budget === null ? 'new budget' : `budget ${budget.name}`} form={form}>
        <BudgetFields form={form} isNew={budget === null} parents={parents} />
      </DocumentEditor>
      <div className={styles.outcome} aria-live="polite" data-testid="outcome">
        <BudgetOutcome
          refused={dryRun.error?.message ?? change.error?.message}
          note={renamed}
          before={before}
          form={form}
          outcome={dryRun.data?.applied[0]?.outcome}
        />
      </div>
      <div className={styles.buttons}>
        <button type="button" className={parts.button} onClick={onClose}>
          {closeLabel}
        </button>
        <button type="submit" className={`${parts.button} ${parts.primary}`} disabled={!ready}>
          {change.isPending ? 'Saving…' : 'Save'}
        </button>
      </div>
    </form>
  );
}
