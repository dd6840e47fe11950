import type { BudgetDetail } from '../../../src/finops/budgets/schema.ts';
import { Card } from '../parts/Card.tsx';
import { BudgetEditor } from './BudgetEditor.tsx';
import type { BudgetChanges } from './use-budget-change.ts';

interface BudgetSetupProps {
  readonly budget: BudgetDetail;
  readonly parents: readonly string[];
  readonly change: BudgetChanges['change'];
  /** Discards the edits. */
  readonly onReset: () => void;
}

/** The budget as form and YAML; saving makes a new version. */
export function BudgetSetup({ budget: { name, versions }, parents, change, onReset }: BudgetSetupProps) {
  const spec = versions[0]?.spec;
  if (spec === undefined) return null;
  return (
    <Card title="Set up" note="Saving makes a new version; the change history restores earlier ones.">
      <BudgetEditor
        budget={{ name, spec }}
        parents={parents}
        change={change}
        onSaved={() => undefined}
        onClose={onReset}
        closeLabel="Discard changes"
      />
    </Card>
  );
}
