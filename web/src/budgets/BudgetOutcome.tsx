import type { BudgetSpec } from '../../../src/finops/budgets/schema.ts';
import styles from '../document-form/document-form.module.css';
import type { DocumentForm } from '../document-form/use-document-form.ts';
import parts from '../parts/parts.module.css';
import { listChanges } from './budget-changes.ts';

interface BudgetOutcomeProps {
  /** Error of the server. */
  readonly refused: string | undefined;
  readonly note: string | undefined;
  readonly before: BudgetSpec | null;
  readonly form: DocumentForm<BudgetSpec>;
  /** Outcome that the server predicts; undefined until it has answered. */
  readonly outcome: 'created' | 'changed' | 'unchanged' | undefined;
}

/** Predicted effect of saving, or the reason why it is not possible. */
export function BudgetOutcome({ refused, note, before, form: { read }, outcome }: BudgetOutcomeProps) {
  if (refused !== undefined) return <p className={parts.refused}>{refused}</p>;
  if (read.valid === null) {
    const first = read.problems.find(({ path }) => path === 'spec');
    return <p className={parts.note}>{first?.message ?? 'Complete the fields to save.'}</p>;
  }
  if (outcome === undefined) return <p className={parts.note}>Checking…</p>;
  if (note !== undefined) return <p className={parts.note}>{note}</p>;
  if (outcome === 'created') return <p className={parts.note}>A new budget, effective immediately.</p>;
  if (before === null) return <p className={parts.refused}>A budget of this name exists. Saving replaces it.</p>;
  const changes = listChanges(before, read.valid.spec);
  if (changes.length === 0) return <p className={parts.note}>No changes yet.</p>;
  return (
    <ul className={`${parts.note} ${styles.changes}`}>
      {changes.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}
