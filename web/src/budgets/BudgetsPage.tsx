import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { listBudgets } from '../../../src/finops/budgets/schema.ts';
import { endpointQuery } from '../client.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import { BudgetDialog } from './BudgetDialog.tsx';
import { BudgetsTable } from './BudgetsTable.tsx';
import { useBudgetChange } from './use-budget-change.ts';
import { answerText } from './words.ts';

const TABLE_HEIGHT = 280;
/** Short refresh interval, because running work draws on budgets continuously. */
const REFRESH_MS = 10_000;

/** All budgets with their state. */
export function BudgetsPage() {
  const budgets = useQuery({ ...endpointQuery(listBudgets), refetchInterval: REFRESH_MS });
  const [creating, setCreating] = useState(false);
  const { change } = useBudgetChange();
  const navigate = useNavigate();
  const answer = () => {
    if (budgets.data !== undefined) return answerText(budgets.data.budgets);
    return budgets.isError ? 'The budgets could not be read.' : <AnswerPending />;
  };
  return (
    <Page title="Budgets" answer={answer()}>
      <Card
        title="Spent, reserved and remaining"
        actions={
          <button type="button" className={parts.button} onClick={() => setCreating(true)}>
            New budget…
          </button>
        }
        flush
      >
        <Loaded query={budgets} what="The budgets" height={TABLE_HEIGHT}>
          {(data) =>
            data.budgets.length > 0 ? (
              <BudgetsTable budgets={data.budgets} />
            ) : (
              <EmptyState
                shows="Every budget with its spend, its reservations and its projected total."
                why="No budget has been applied yet."
                command="steelyard budget create everything --amount 1000USD"
              />
            )
          }
        </Loaded>
      </Card>
      {creating && (
        <BudgetDialog
          budget={null}
          parents={(budgets.data?.budgets ?? []).map(({ name }) => name)}
          change={change}
          onSaved={({ name }) => void navigate({ to: '/budgets/$budget', params: { budget: name } })}
          onClose={() => setCreating(false)}
        />
      )}
    </Page>
  );
}
