import { useQuery } from '@tanstack/react-query';
import { type Budget, listBudgets } from '../../../src/finops/budgets/schema.ts';
import { budgetsText } from '../budgets/budget-state.ts';
import { endpointQuery } from '../client.ts';
import { formatMonth } from '../format/time.ts';
import { useScope } from '../frame/use-scope.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import table from '../table/table.module.css';
import { BudgetRow } from './BudgetRow.tsx';
import styles from './overview.module.css';
import { tileScope } from './tile-scope.ts';

const HEIGHT = 200;

interface BudgetsCardProps {
  /** False until the page's headline is loaded: budgets read the whole bill, and must not delay it. */
  readonly ask: boolean;
}

/** State of the budgets in their current windows; with a team, only those of the team. */
export function BudgetsCard({ ask }: BudgetsCardProps) {
  const budgets = useQuery({ ...endpointQuery(listBudgets), enabled: ask });
  const scope = useScope();
  const visible = budgets.data?.budgets.filter(
    ({ subject }) => scope.team === undefined || subject.team === scope.team,
  );
  const beyond = tileScope(scope, { period: false, team: true });
  const note =
    visible === undefined ? undefined : [describeBudgets(visible), beyond].filter((text) => text != null).join('; ');
  return (
    <Card title="Budgets" note={note} flush>
      <Loaded query={budgets} what="The budgets" height={HEIGHT}>
        {(data) =>
          visible === undefined || visible.length === 0 ? (
            <EmptyState
              shows="Every budget and its remaining amount."
              why={data.budgets.length === 0 ? 'No budget has been applied yet.' : `Team ${scope.team} has no budget.`}
              command="steelyard apply -f budgets.yaml"
            />
          ) : (
            <table className={`${table.table} ${styles.budgets}`}>
              <thead>
                <tr>
                  <th scope="col">Budget</th>
                  <th scope="col" className={styles.barColumn}>
                    <span className="visually-hidden">Share drawn</span>
                  </th>
                  <th scope="col" className={table.number}>
                    Spent
                  </th>
                  <th scope="col" className={table.number}>
                    Limit
                  </th>
                  <th scope="col" className={table.number}>
                    Remaining
                  </th>
                </tr>
              </thead>
              <tbody>
                {visible.map((budget) => (
                  <BudgetRow key={budget.name} budget={budget} />
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
    </Card>
  );
}

/** The month, where all budgets have the same one. */
function describeBudgets(budgets: readonly Budget[]): string | undefined {
  const [first] = budgets;
  if (first === undefined) return undefined;
  const monthly = budgets.every(({ every, period }) => every === 'month' && period.start === first.period.start);
  return `${monthly ? `${formatMonth(first.period.start.slice(0, 7))}: ` : ''}${budgetsText(budgets)}`;
}
