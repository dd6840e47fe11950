import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import { describeReadError } from '../parts/read-error.ts';
import { BudgetsTable } from './BudgetsTable.tsx';
import { findLanding, findStatus } from './budget-landing.ts';
import { useBudgetChange } from './use-budget-change.ts';
import { useBudgets } from './use-budgets.ts';
import { answerText, describeWorst } from './words.ts';

const BudgetDialog = lazy(() => import('./BudgetDialog.tsx').then((module) => ({ default: module.BudgetDialog })));
const TABLE_HEIGHT = 280;

/** All budgets with their state. */
export function BudgetsPage() {
  const { budgets, forecasts, days } = useBudgets();
  const { change } = useBudgetChange();
  const navigate = useNavigate({ from: '/budgets' });
  const creating = useSearch({ from: '/budgets' }).new === 'budget';
  const setCreating = (open: boolean) =>
    void navigate({ search: (before) => ({ ...before, new: open ? 'budget' : undefined }), replace: true });
  const answer = () => {
    if (budgets.data !== undefined) {
      const landed = budgets.data.budgets.map((budget) => ({
        budget,
        landing: findLanding(budget, forecasts.data?.forecasts ?? []),
      }));
      const atRisk = landed.filter(({ budget, landing }) => findStatus(budget, landing) === 'risk').length;
      return answerText(budgets.data.budgets, atRisk, describeWorst(landed));
    }
    return budgets.isError ? describeReadError(budgets.error, 'The budgets') : <AnswerPending />;
  };
  return (
    <Page title="Budgets" answer={answer()}>
      <Card
        title="Budgets"
        note="Effective (amortized) cost of the current period, to its last whole day once it has one, against the limit."
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
              <BudgetsTable budgets={data.budgets} forecasts={forecasts.data} days={days.data?.budgets} />
            ) : (
              <EmptyState
                shows="Every budget with its spend, limit, forecast and status."
                why="No budget has been created yet. Create the first one here or on the command line."
                command="steelyard budget create everything --amount 1000USD"
              />
            )
          }
        </Loaded>
      </Card>
      {creating && (
        <Suspense>
          <BudgetDialog
            parents={(budgets.data?.budgets ?? []).map(({ name }) => name)}
            change={change}
            onSaved={({ name }) => void navigate({ to: '/budgets/$budget', params: { budget: name } })}
            onClose={() => setCreating(false)}
          />
        </Suspense>
      )}
    </Page>
  );
}
