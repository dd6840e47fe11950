import { Dialog } from '../parts/Dialog.tsx';
import { BudgetEditor } from './BudgetEditor.tsx';
import styles from './budgets.module.css';
import type { BudgetChange, BudgetChanges } from './use-budget-change.ts';

interface BudgetDialogProps {
  /** Names of budgets that the new one can be a part of. */
  readonly parents: readonly string[];
  readonly change: BudgetChanges['change'];
  readonly onSaved: (change: BudgetChange) => void;
  readonly onClose: () => void;
}

/** A new budget, as form or YAML. */
export function BudgetDialog({ parents, change, onSaved, onClose }: BudgetDialogProps) {
  return (
    <Dialog label="New budget" onClose={onClose} place="side">
      <div className={styles.drawer}>
        <h2 className={styles.dialogTitle}>New budget</h2>
        <BudgetEditor
          budget={null}
          parents={parents}
          change={change}
          onSaved={onSaved}
          onClose={onClose}
          closeLabel="Cancel"
        />
      </div>
    </Dialog>
  );
}
