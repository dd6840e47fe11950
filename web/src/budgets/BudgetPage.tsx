import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { type BudgetDetail, getBudget } from '../../../src/finops/budgets/schema.ts';
import { endpointQuery } from '../client.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Page } from '../parts/Page.tsx';
import { PageTabs } from '../parts/PageTabs.tsx';
import { Skeleton } from '../parts/Skeleton.tsx';
import { AlertsCard } from './AlertsCard.tsx';
import { BudgetAnswer } from './BudgetAnswer.tsx';
import { BudgetChangeNotice } from './BudgetChangeNotice.tsx';
import { BudgetStatusTab } from './BudgetStatusTab.tsx';
import { findLanding } from './budget-landing.ts';
import styles from './budgets.module.css';
import type { BudgetTab } from './budgets-search.ts';
import { RefusalsCard } from './RefusalsCard.tsx';
import { StopsCard } from './StopsCard.tsx';
import { useBudgetChange } from './use-budget-change.ts';
import { useBudgets } from './use-budgets.ts';
import { VersionsCard } from './VersionsCard.tsx';

/** Its YAML parser is loaded when the tab is opened. */
const BudgetSetup = lazy(() => import('./BudgetSetup.tsx').then((module) => ({ default: module.BudgetSetup })));
const SETUP_HEIGHT = 480;

const HEIGHT = 640;
const REFRESH_MS = 10_000;

/** One budget: status with its chart, refusals, alerts, change history and its form. */
export function BudgetPage() {
  const { budget: name } = useParams({ from: '/budgets/$budget' });
  const query = endpointQuery(getBudget, { params: { budget: name } });
  const budget = useQuery({ ...query, refetchInterval: REFRESH_MS });
  const { budgets, forecasts } = useBudgets();
  const changes = useBudgetChange();
  const landing = budget.data === undefined ? null : findLanding(budget.data, forecasts.data?.forecasts ?? []);
  const answer = () => {
    if (budget.data !== undefined) return <BudgetAnswer budget={budget.data} landing={landing} />;
    return budget.error === null ? <AnswerPending /> : budget.error.message;
  };
  return (
    <Page title={name} answer={answer()} longAnswer>
      <Loaded query={budget} what="The budget" height={HEIGHT}>
        {(data) => (
          <div className={styles.stack}>
            <BudgetChangeNotice changes={changes} />
            <BudgetTabs budget={data} landing={landing} changes={changes} others={budgets.data?.budgets ?? []} />
          </div>
        )}
      </Loaded>
    </Page>
  );
}

interface BudgetTabsProps {
  readonly budget: BudgetDetail;
  readonly landing: ReturnType<typeof findLanding>;
  readonly changes: ReturnType<typeof useBudgetChange>;
  readonly others: readonly { readonly name: string }[];
}

function BudgetTabs({ budget, landing, changes, others }: BudgetTabsProps) {
  const { tab = 'status' } = useSearch({ from: '/budgets/$budget' });
  const navigate = useNavigate({ from: '/budgets/$budget' });
  const [edits, setEdits] = useState(0);
  const choose = (value: BudgetTab) =>
    void navigate({
      search: (before) => ({ ...before, tab: value === 'status' ? undefined : value }),
      resetScroll: false,
    });
  return (
    <PageTabs
      label={`Budget ${budget.name}`}
      tabs={[
        { value: 'status', label: 'Status' },
        { value: 'refusals', label: 'Refusals', count: budget.refused.count + budget.stops.length },
        { value: 'alerts', label: 'Alerts', count: budget.alerts.sent },
        { value: 'history', label: 'Change history', count: budget.versions.length },
        { value: 'setup', label: 'Set up' },
      ]}
      value={tab}
      onChange={choose}
    >
      {tab === 'status' && <BudgetStatusTab budget={budget} landing={landing} />}
      {tab === 'refusals' && (
        <>
          <RefusalsCard budget={budget} />
          <StopsCard budget={budget} />
        </>
      )}
      {tab === 'alerts' && <AlertsCard budget={budget} />}
      {tab === 'history' && <VersionsCard budget={budget} change={changes.change} />}
      {tab === 'setup' && (
        <Suspense fallback={<Skeleton height={SETUP_HEIGHT} />}>
          <BudgetSetup
            key={`${budget.versions[0]?.version} ${edits}`}
            budget={budget}
            parents={others.flatMap((other) => (other.name === budget.name ? [] : [other.name]))}
            change={changes.change}
            onReset={() => setEdits(edits + 1)}
          />
        </Suspense>
      )}
    </PageTabs>
  );
}
