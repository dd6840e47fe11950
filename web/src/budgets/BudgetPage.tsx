import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { type BudgetDetail, getBudget, listBudgets } from '../../../src/finops/budgets/schema.ts';
import { subjectText } from '../allocation/rule-text.ts';
import { endpointQuery } from '../client.ts';
import { withoutSources } from '../format/sources-behind.ts';
import { formatDay } from '../format/time.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { Facts } from '../parts/Facts.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import { RatesText } from '../parts/RatesText.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { ApprovalsTable } from './ApprovalsTable.tsx';
import { ApproveDialog } from './ApproveDialog.tsx';
import { BudgetAnswer } from './BudgetAnswer.tsx';
import { BudgetChangeNotice } from './BudgetChangeNotice.tsx';
import { BudgetDialog } from './BudgetDialog.tsx';
import { BudgetStateMark } from './BudgetStateMark.tsx';
import styles from './budgets.module.css';
import { StopsCard } from './StopsCard.tsx';
import { useBudgetChange } from './use-budget-change.ts';
import { VersionsCard } from './VersionsCard.tsx';
import {
  describeNotices,
  ENFORCEMENTS,
  EVEN_BURN,
  NO_COST,
  NO_FORECAST,
  NOTHING_ROLLED,
  tellsText,
  windowText,
} from './words.ts';

const HEIGHT = 240;
const REFRESH_MS = 10_000;

/** One budget: its state, and the work that it stopped. */
export function BudgetPage() {
  const { budget: name } = useParams({ from: '/budgets/$budget' });
  const query = endpointQuery(getBudget, { params: { budget: name } });
  const budget = useQuery({ ...query, refetchInterval: REFRESH_MS });
  const [open, setOpen] = useState<'approve' | 'edit' | null>(null);
  const parents = useQuery(endpointQuery(listBudgets));
  const changes = useBudgetChange();
  const edit = () => {
    changes.change.reset();
    setOpen('edit');
  };
  const answer = () => {
    if (budget.data !== undefined) return <BudgetAnswer budget={budget.data} />;
    return budget.error === null ? <AnswerPending /> : budget.error.message;
  };
  return (
    <Page title={name} answer={answer()}>
      <Loaded query={budget} what="The budget" height={HEIGHT}>
        {(data) => (
          <div className={styles.stack}>
            <BudgetChangeNotice changes={changes} />
            <Card
              title="Budget status"
              actions={
                <>
                  <Link
                    to="/forecasts"
                    search={(before) => ({ ...before, level: 'budget', key: name, view: undefined })}
                    className={parts.button}
                  >
                    Forecast
                  </Link>
                  <button type="button" className={parts.button} onClick={edit}>
                    Edit…
                  </button>
                </>
              }
            >
              <Facts facts={listBudgetFacts(data)} />
            </Card>
            {data.enforcement === 'approval' && (
              <Card
                title="Approvals"
                actions={
                  <button type="button" className={parts.button} onClick={() => setOpen('approve')}>
                    Approve more…
                  </button>
                }
                flush
              >
                <ApprovalsTable budget={data} />
              </Card>
            )}
            <StopsCard budget={data} />
            <VersionsCard budget={data} change={changes.change} />
            {open === 'approve' && <ApproveDialog budget={data} onClose={() => setOpen(null)} />}
            {open === 'edit' && data.versions[0] !== undefined && (
              <BudgetDialog
                budget={{ name, spec: data.versions[0].spec }}
                parents={othersThan(name, parents.data?.budgets)}
                change={changes.change}
                onSaved={() => setOpen(null)}
                onClose={() => setOpen(null)}
              />
            )}
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function othersThan(name: string, budgets: readonly { readonly name: string }[] = []): string[] {
  return budgets.flatMap((other) => (other.name === name ? [] : [other.name]));
}

function listBudgetFacts(budget: BudgetDetail) {
  const { subject, limit, spent, reserved, remaining, forecast, billed, metered, enforcement, state, parent } = budget;
  const { forecastBasis, billedReason, conversion, toDate, rolledOver, rollOver, versions, notices } = budget;
  const money = (amount: typeof spent, reason: string) =>
    amount === null ? <Unknown reason={reason} /> : <MoneyFigure money={amount} />;
  const left = remaining === null ? null : { amount: remaining, currency: limit.currency };
  return [
    ['Status', <BudgetStateMark key="state" state={state} />],
    ['Limit', <MoneyFigure key="limit" money={limit} />],
    ...(rollOver === 'none'
      ? []
      : [['Rolled over, included in the limit', money(rolledOver, NOTHING_ROLLED)] as const]),
    ['Spent', money(spent, billedReason ?? NO_COST)],
    ['Reserved by running work', <MoneyFigure key="reserved" money={reserved} />],
    ['Remaining', money(left, billedReason ?? NO_COST)],
    [`Projected at the end${forecastBasis === 'evenBurn' ? `, ${EVEN_BURN}` : ''}`, money(forecast, NO_FORECAST)],
    ['Effective cost, all charges received', money(billed, billedReason ?? NO_COST)],
    ...(conversion === null
      ? []
      : [['Other currencies converted', <RatesText key="rates" currency={limit.currency} {...conversion} />] as const]),
    ...(toDate === null
      ? []
      : [
          [
            `Effective cost to ${formatDay(toDate.through)}${withoutSources(toDate.behind)}`,
            <MoneyFigure key="toDate" money={{ amount: toDate.amount, currency: limit.currency }} />,
          ] as const,
        ]),
    ['Metered', money(metered, 'No usage was metered, or some usage has no price.')],
    ['Window', windowText(budget)],
    ['Covers', Object.keys(subject).length === 0 ? 'everything' : subjectText(subject)],
    ['At the limit', ENFORCEMENTS[enforcement]],
    ['Parent budget', parent ?? 'none'],
    ['Alerts', tellsText(versions[0]?.spec.notify ?? [])],
    ['Alerts sent', describeNotices(notices)],
  ] as const;
}
