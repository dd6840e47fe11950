import type { BudgetDays, ListedBudget } from '../../../src/finops/budgets/schema.ts';
import type { LedgerForecasts } from '../../../src/finops/forecasts/schema.ts';
import { AboutFigure } from '../forecasts/AboutFigure.tsx';
import { counted, formatPercent } from '../format/number.ts';
import { formatDate } from '../format/time.ts';
import { Unknown } from '../parts/Unknown.tsx';
import { compareAmounts, compareNumbers, compareTexts } from '../table/comparators.ts';
import type { GridColumn } from '../table/DataTable.tsx';
import table from '../table/table.module.css';
import { BudgetName } from './BudgetName.tsx';
import { BudgetStatusMark } from './BudgetStatusMark.tsx';
import { type BudgetStatus, findUsedRatio, type Landing } from './budget-landing.ts';
import styles from './budgets.module.css';
import { DrawnBar } from './DrawnBar.tsx';
import { LandingFigure } from './LandingFigure.tsx';
import { SpendTrend } from './SpendTrend.tsx';
import { SpentFigure } from './SpentFigure.tsx';
import { alertsText, everyText } from './words.ts';

export interface BudgetRow {
  readonly budget: ListedBudget;
  /** Depth in the budget tree, 0 at the root. */
  readonly depth: number;
  readonly landing: Landing | null;
  readonly status: BudgetStatus;
  /** Undefined while it loads. */
  readonly days: BudgetDays | undefined;
  /** Less than one of its parts, because of credits outside of it. */
  readonly isBelowParts: boolean;
}

const STATUS_ORDER: readonly BudgetStatus[] = ['exceeded', 'risk', 'track', 'unknown'];

/** Columns of the list of budgets; `forecasts` is undefined while they load. */
export function buildBudgetColumns(forecasts: LedgerForecasts | undefined): GridColumn<BudgetRow>[] {
  return [
    {
      id: 'name',
      header: 'Budget',
      cell: ({ budget, depth }) => <BudgetName budget={budget} depth={depth} />,
      compare: compareTexts((a) => a.budget.name),
    },
    {
      id: 'status',
      header: 'Status',
      cell: ({ status }) => <BudgetStatusMark status={status} />,
      compare: (a, b) => STATUS_ORDER.indexOf(a.status) - STATUS_ORDER.indexOf(b.status),
    },
    {
      id: 'spent',
      header: 'Spent to date',
      numeric: true,
      cell: ({ budget, isBelowParts }) => <SpentFigure budget={budget} isBelowParts={isBelowParts} />,
      compare: compareAmounts((a) => a.budget.spent?.amount),
    },
    {
      id: 'limit',
      header: 'Limit',
      numeric: true,
      cell: ({ budget }) => (
        <>
          <AboutFigure money={budget.limit} />
          <span className={`${table.subLine} ${table.wideOnly}`}>{everyText(budget.every)}</span>
        </>
      ),
      compare: compareAmounts((a) => a.budget.limit.amount),
    },
    ...buildOutlookColumns(forecasts),
  ];
}

function buildOutlookColumns(forecasts: LedgerForecasts | undefined): GridColumn<BudgetRow>[] {
  return [
    {
      id: 'used',
      header: 'Used',
      className: styles.usedColumn,
      cell: ({ budget, status }) => {
        const ratio = findUsedRatio(budget);
        return (
          <span className={styles.used}>
            <DrawnBar budget={budget} status={status} />
            <span>{ratio === null ? '–' : formatPercent(ratio * 100)}</span>
          </span>
        );
      },
      compare: compareNumbers((a) => findUsedRatio(a.budget)),
    },
    {
      id: 'forecast',
      header: 'Forecast landing',
      numeric: true,
      cell: ({ landing, budget }) => (
        <LandingFigure landing={landing} currency={budget.limit.currency} forecasts={forecasts} />
      ),
      compare: compareAmounts((a) => a.landing?.mean),
    },
    { id: 'trend', header: 'Daily spend', cell: ({ days }) => <SpendTrend days={days} /> },
    {
      id: 'owner',
      header: 'Owner',
      cell: ({ budget }) => budget.owner ?? <Unknown reason="No owner is stated, and its team has none." />,
      compare: compareTexts((a) => a.budget.owner),
    },
    {
      id: 'alerts',
      header: 'Alerts',
      cell: ({ budget: { alerts } }) => (
        <>
          {alertsText(alerts)}
          {alerts.sent > 0 && <span className={table.subLine}>{alerts.sent} sent</span>}
        </>
      ),
      compare: (a, b) => a.budget.alerts.sent - b.budget.alerts.sent,
    },
    {
      id: 'refused',
      header: 'Refused',
      cell: ({ budget: { refused } }) =>
        refused.last === null ? (
          'none'
        ) : (
          <>
            {counted(refused.count, 'request')}
            <span className={table.subLine}>last {formatDate(refused.last)}</span>
          </>
        ),
      compare: (a, b) => a.budget.refused.count - b.budget.refused.count,
    },
  ];
}
