import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { BudgetDays, ListedBudget } from '../../../src/finops/budgets/schema.ts';
import type { LedgerForecasts } from '../../../src/finops/forecasts/schema.ts';
import { DataTable } from '../table/DataTable.tsx';
import { type BudgetRow, buildBudgetColumns } from './budget-columns.tsx';
import { findLanding, findStatus } from './budget-landing.ts';
import { inTreeOrder, isBelowParts } from './budget-tree.ts';
import styles from './budgets.module.css';

interface BudgetsTableProps {
  readonly budgets: readonly ListedBudget[];
  /** Undefined while they load. */
  readonly forecasts: LedgerForecasts | undefined;
  readonly days: readonly BudgetDays[] | undefined;
}

/** Budgets with spend, limit, status, forecast, trend and owner; in tree order until a column is sorted by. */
export function BudgetsTable({ budgets, forecasts, days }: BudgetsTableProps) {
  const navigate = useNavigate();
  const rows = useMemo(
    () =>
      inTreeOrder(budgets).map(({ budget, depth }): BudgetRow => {
        const landing = findLanding(budget, forecasts?.forecasts ?? []);
        return {
          budget,
          depth,
          landing,
          status: findStatus(budget, landing),
          days: days?.find((one) => one.budget === budget.name),
          isBelowParts: isBelowParts(budget, budgets),
        };
      }),
    [budgets, forecasts, days],
  );
  const columns = useMemo(() => buildBudgetColumns(forecasts), [forecasts]);
  return (
    <div data-testid="budgets">
      <DataTable
        label="Budgets"
        columns={columns}
        rows={rows}
        rowId={({ budget }) => budget.name}
        onOpen={({ budget }) => void navigate({ to: '/budgets/$budget', params: { budget: budget.name } })}
        openHint="Enter opens the budget."
        className={styles.list}
      />
    </div>
  );
}
