import type { Budget, BudgetDetail, BudgetSpec, ListedBudget } from '../../../src/finops/budgets/schema.ts';
import { decimal } from '../../../src/platform/units/schema.ts';
import { subjectText } from '../allocation/rule-text.ts';
import { formatAbout } from '../format/money.ts';
import { counted, formatPercent } from '../format/number.ts';
import { formatDate } from '../format/time.ts';
import type { Landing } from './budget-landing.ts';
import { budgetsText } from './budget-state.ts';

export const NO_COST = 'No charge or priced usage in this period yet.';
export const NO_FORECAST = 'No forecast yet: too little of the period has passed, or no cost is known.';

/** Basis of the projected amount, where it is not the forecast of the budget. */
export const EVEN_BURN = 'at a constant daily rate, without a forecast';

export const NOTHING_ROLLED = 'The spend of the previous period is not known, so nothing rolls over.';

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

/** Scope of a budget where it says more than its name: null for the team `search` of the budget `search`. */
export function scopeText(name: string, subject: Budget['subject']): string | null {
  const fields = Object.entries(subject).filter(([, value]) => value !== undefined);
  if (fields.length === 0) return name === 'everything' ? null : 'all costs';
  return fields.length === 1 && fields[0]?.[1] === name ? null : subjectText(subject);
}

/** `none set up`; `2 recipients`; `channel ops-slack`. */
export function alertsText({ recipients, routes }: Pick<ListedBudget['alerts'], 'recipients' | 'routes'>): string {
  if (recipients === 0 && routes.length === 0) return 'none set up';
  const own = recipients === 0 ? [] : [counted(recipients, 'recipient')];
  const channel = routes.length === 1 ? [`channel ${routes[0]}`] : [counted(routes.length, 'channel')];
  return [...own, ...(routes.length === 0 ? [] : channel)].join(', ');
}

/** `a webhook, ml@example.org`. */
export function tellsText(targets: BudgetSpec['notify']): string {
  const text = ({ webhook, email }: BudgetSpec['notify'][number]) => {
    if (email !== undefined) return email.to;
    return webhook === undefined ? 'a chat' : `${new URL(webhook.url).host}`;
  };
  return targets.length === 0 ? 'none set up' : targets.map(text).join(', ');
}

/** `80 %, 100 % of the limit; 50 % chance to exceed`. */
export function thresholdsText({ warnAt, forecastAt }: Pick<BudgetSpec, 'warnAt' | 'forecastAt'>): string {
  const percents = (ratios: readonly number[]) =>
    ratios.map((ratio) => `${Number((ratio * 100).toFixed(4))}\u00a0%`).join(', ');
  const parts = [
    ...(warnAt.length === 0 ? [] : [`${percents(warnAt)} of the limit`]),
    ...(forecastAt.length === 0 ? [] : [`${percents(forecastAt)} chance to exceed`]),
  ];
  return parts.length === 0 ? 'no threshold' : parts.join('; ');
}

/** `80 % of its limit, that nothing is left`. */
export function describeNotices(notices: BudgetDetail['notices']): string {
  const text = ({ threshold }: BudgetDetail['notices'][number]) =>
    NOTICE_TEXTS[threshold] ??
    describeForecastNotice(threshold) ??
    `${Number((Number(threshold) * 100).toFixed(4))} % of its limit`;
  return notices.length === 0 ? 'none in this period' : notices.map(text).join(', ');
}

const NOTICE_TEXTS: Readonly<Record<string, string>> = { exhausted: 'limit used up', stopped: 'work stopped' };

/** `forecast:0.8`: notification when the forecast exceeds the budget with this probability. */
function describeForecastNotice(threshold: string): string | null {
  const [kind, share] = threshold.split(':');
  return kind === 'forecast' && share !== undefined
    ? `forecast above the limit (${Number(share) * 100} % probable)`
    : null;
}

/**
 * `None of 4 budgets exceeded, 2 at risk; assistant is forecast at $173,394, 24 % over its $140,000. No budget has a hard
 * limit.` `atRisk`: those with this status in the table; `worst`: text of the largest forecast excess.
 */
export function answerText(
  budgets: readonly Pick<Budget, 'state' | 'enforcement'>[],
  atRisk: number,
  worst: string | null = null,
): string {
  if (budgets.length === 0) return 'No budget has been created yet.';
  const limited = budgets.filter(({ enforcement }) => enforcement !== 'soft').length;
  const text = budgetsText(budgets);
  const risk = atRisk === 0 ? '' : `, ${atRisk} at risk`;
  const excess = worst === null ? '' : `; ${worst}`;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${risk}${excess}. ${describeLimits(limited)}.`;
}

interface Landed {
  readonly budget: Pick<Budget, 'name' | 'limit'>;
  readonly landing: Pick<Landing, 'mean'> | null;
}

/** The budget with the largest forecast excess, relative to its limit; null where no forecast is over its limit. */
export function describeWorst(landed: readonly Landed[]): string | null {
  const over = landed.flatMap(({ budget: { name, limit }, landing }) => {
    if (landing === null || decimal(limit.amount).isZero()) return [];
    const ratio = decimal(landing.mean).dividedBy(limit.amount).minus(1).toNumber();
    return ratio > 0 ? [{ name, limit, mean: landing.mean, ratio }] : [];
  });
  const [worst] = over.toSorted((a, b) => b.ratio - a.ratio);
  if (worst === undefined) return null;
  const { name, limit, mean, ratio } = worst;
  return `${name} is forecast at ${formatAbout({ ...limit, amount: mean })}, ${formatPercent(ratio * 100)} over its ${formatAbout(limit)}`;
}

function describeLimits(limited: number): string {
  if (limited === 0) return 'No budget has a hard limit';
  return limited === 1 ? '1 budget limits new work' : `${limited} budgets limit new work`;
}
