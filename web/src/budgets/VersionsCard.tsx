import type { BudgetDetail } from '../../../src/finops/budgets/schema.ts';
import { Card } from '../parts/Card.tsx';
import { Instant } from '../parts/Instant.tsx';
import parts from '../parts/parts.module.css';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import { listChanges } from './budget-changes.ts';
import type { BudgetChanges } from './use-budget-change.ts';

interface VersionsCardProps {
  readonly budget: BudgetDetail;
  readonly change: BudgetChanges['change'];
}

/** All versions of the budget; a version can be restored. */
export function VersionsCard({ budget: { name, versions }, change }: VersionsCardProps) {
  const [now] = versions;
  if (now === undefined) return null;
  return (
    <Card title="Change history" flush>
      <SortableTable
        label={`Versions of ${name}`}
        rows={versions}
        columns={[
          { head: 'Applied', by: (one) => one.appliedAt },
          { head: 'Changes', by: (one, place) => changeText(versions[place + 1]?.spec, one.spec) },
          { hiddenHead: 'Apply again' },
        ]}
        row={({ version, appliedAt, spec }, index) => (
          <tr key={version}>
            <th scope="row">
              <Instant at={appliedAt} />
            </th>
            <td>{changeText(versions[index + 1]?.spec, spec)}</td>
            <td className={table.number}>
              {index > 0 && (
                <button
                  type="button"
                  className={parts.button}
                  disabled={change.isPending}
                  onClick={() => change.mutate({ name, spec, before: now.spec })}
                >
                  Apply again
                </button>
              )}
            </td>
          </tr>
        )}
      />
    </Card>
  );
}

type Spec = BudgetDetail['versions'][number]['spec'];

function changeText(before: Spec | undefined, spec: Spec): string {
  if (before === undefined) return `created with ${spec.amount} ${spec.currency}`;
  const changes = listChanges(before, spec);
  return changes.length === 0 ? 'applied again' : changes.join('; ');
}
