import { useQuery } from '@tanstack/react-query';
import { type Budget, listBudgets } from '../../../src/finops/budgets/schema.ts';
import { budgetsText } from '../budgets/budget-state.ts';
import { endpointQuery } from '../client.ts';
import { formatMonth } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import table from '../table/table.module.css';
import { BudgetRow } from './BudgetRow.tsx';
import styles from './overview.module.css';

const HEIGHT = 200;

interface BudgetsCardProps {
  /** False until the page has its answer: budgets read the whole bill, and must not make the answer wait. */
  readonly ask: boolean;
}

/** Where the budgets stand. */
export function BudgetsCard({ ask }: BudgetsCardProps) {
  const budgets = useQuery({ ...endpointQuery(listBudgets), enabled: ask });
  const note = budgets.data === undefined ? undefined : noteOf(budgets.data.budgets);
  return (
    <Card title="Is it within the budgets?" note={note} flush>
      <Loaded query={budgets} what="The budgets" height={HEIGHT}>
        {(data) =>
          data.budgets.length === 0 ? (
            <EmptyState
              shows="Every budget and what is left of it."
              why="No budget has been applied yet."
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
                    Of
                  </th>
                  <th scope="col" className={table.number}>
                    Left
                  </th>
                </tr>
              </thead>
              <tbody>
                {data.budgets.map((budget) => (
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

/** The month, where all of them are seen in one. */
function noteOf(budgets: readonly Budget[]): string | undefined {
  const [first] = budgets;
  if (first === undefined) return undefined;
  const monthly = budgets.every(({ every, period }) => every === 'month' && period.start === first.period.start);
  return `${monthly ? `${formatMonth(first.period.start.slice(0, 7))}: ` : ''}${budgetsText(budgets)}`;
}
