import type { Budget, BudgetDetail, BudgetSpec } from '../../../src/finops/budgets/schema.ts';
import { formatDate } from '../format/time.ts';
import { budgetsText } from './budget-state.ts';

export const NO_COST = 'No charge or priced usage in this window yet.';
export const NO_FORECAST = 'No forecast yet: too little of the window has passed, or no cost is known.';

/** Basis of the projected amount, where it is not the forecast of the budget. */
export const EVEN_BURN = 'at a constant daily rate, without a forecast';

export const NOTHING_ROLLED = 'The spend of the previous window is not known, so nothing rolls over.';

/** Effect of each enforcement at the limit of a budget, as a sentence. */
export const ENFORCEMENTS: Readonly<Record<Budget['enforcement'], string>> = {
  soft: 'sends alerts, stops no work',
  approval: 'requires an approval for further work',
  hard: 'admits no further work and stops running work in time',
};

const EVERY: Readonly<Record<Budget['every'], string>> = {
  day: 'this day',
  week: 'this week',
  month: 'this month',
  quarter: 'this quarter',
  year: 'this year',
  once: 'once',
};

/** `this month`. */
export function everyText(every: Budget['every']): string {
  return EVERY[every];
}

/** `this month, from 1 Nov 2026`. */
export function windowText({ every, period }: Pick<Budget, 'every' | 'period'>): string {
  // A one-time budget without a stated start has no start to show.
  return period.start.startsWith('0001') ? EVERY[every] : `${EVERY[every]}, from ${formatDate(period.start)}`;
}

/** `a webhook, ml@example.org`. */
export function tellsText(targets: BudgetSpec['notify']): string {
  const text = ({ webhook, email }: BudgetSpec['notify'][number]) => {
    if (email !== undefined) return email.to;
    return webhook === undefined ? 'a chat' : `${new URL(webhook.url).host}`;
  };
  return targets.length === 0 ? 'none set up' : targets.map(text).join(', ');
}

/** `80 % of its limit, that nothing is left`. */
export function describeNotices(notices: BudgetDetail['notices']): string {
  const text = ({ threshold }: BudgetDetail['notices'][number]) =>
    NOTICE_TEXTS[threshold] ??
    describeForecastNotice(threshold) ??
    `${Number((Number(threshold) * 100).toFixed(4))} % of its limit`;
  return notices.length === 0 ? 'none in this window' : notices.map(text).join(', ');
}

const NOTICE_TEXTS: Readonly<Record<string, string>> = { exhausted: 'limit used up', stopped: 'work stopped' };

/** `forecast:0.8`: notification when the forecast exceeds the budget with this probability. */
function describeForecastNotice(threshold: string): string | null {
  const [kind, share] = threshold.split(':');
  return kind === 'forecast' && share !== undefined
    ? `forecast above the limit (${Number(share) * 100} % probable)`
    : null;
}

/** `None of 4 budgets exceeded. 2 budgets limit new work.` */
export function answerText(budgets: readonly Pick<Budget, 'state' | 'enforcement'>[]): string {
  if (budgets.length === 0) return 'No budget has been created yet.';
  const limited = budgets.filter(({ enforcement }) => enforcement !== 'soft').length;
  const text = budgetsText(budgets);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}. ${describeLimits(limited)}.`;
}

function describeLimits(limited: number): string {
  if (limited === 0) return 'No budget has a hard limit';
  return limited === 1 ? '1 budget limits new work' : `${limited} budgets limit new work`;
}
