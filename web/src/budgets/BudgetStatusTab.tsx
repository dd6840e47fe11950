import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { BudgetDetail } from '../../../src/finops/budgets/schema.ts';
import { Card } from '../parts/Card.tsx';
import { Facts } from '../parts/Facts.tsx';
import parts from '../parts/parts.module.css';
import { ApprovalsTable } from './ApprovalsTable.tsx';
import { ApproveDialog } from './ApproveDialog.tsx';
import { BudgetChartCard } from './BudgetChartCard.tsx';
import { listBudgetFacts } from './budget-facts.tsx';
import { findStatus, type Landing } from './budget-landing.ts';

interface BudgetStatusTabProps {
  readonly budget: BudgetDetail;
  readonly landing: Landing | null;
}

/** Chart and figures of a budget; approvals where it takes them. */
export function BudgetStatusTab({ budget, landing }: BudgetStatusTabProps) {
  const [isApproving, setApproving] = useState(false);
  return (
    <>
      <BudgetChartCard budget={budget} hasForecast={landing !== null} />
      <Card
        title="Budget status"
        actions={
          <Link
            to="/forecasts"
            search={(before) => ({ ...before, level: 'budget', key: budget.name, view: undefined })}
            className={parts.button}
          >
            Forecast
          </Link>
        }
      >
        <Facts facts={listBudgetFacts(budget, findStatus(budget, landing))} />
      </Card>
      {budget.enforcement === 'approval' && (
        <Card
          title="Approvals"
          actions={
            <button type="button" className={parts.button} onClick={() => setApproving(true)}>
              Approve more…
            </button>
          }
          flush
        >
          <ApprovalsTable budget={budget} />
        </Card>
      )}
      {isApproving && <ApproveDialog budget={budget} onClose={() => setApproving(false)} />}
    </>
  );
}
