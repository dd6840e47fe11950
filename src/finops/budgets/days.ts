import { type Instant, sumDecimals } from '../../platform/units/index.ts';
import { DEFAULT_METRIC } from '../billing/schema.ts';
import { type BilledDeps, convertRows, isConverting, isOfDays, toDay } from './billed.ts';
import type { BudgetDays } from './schema.ts';
import { findPresentWindow } from './standing.ts';
import type { StoredBudget } from './store.ts';
import { findWindowAt, type Window } from './window.ts';

/**
 * Effective cost of a budget by charge day, in its current window and the one before, in the currency of the budget. Days
 * are empty with a reason where a daily amount is unknown: see `readBilledWindows`.
 */
export async function readBudgetDays(deps: BilledDeps, budget: StoredBudget, now: Instant): Promise<BudgetDays> {
  const { name, spec, recurrence } = budget;
  const window = findPresentWindow(budget, now);
  const previous = recurrence.period === 'once' ? null : findWindowAt(recurrence, window.start - 1);
  const answer = {
    budget: name,
    currency: spec.currency,
    period: toPeriod(window),
    previous: previous === null ? null : toPeriod(previous),
  };
  const unknown = (reason: string): BudgetDays => ({ ...answer, through: null, days: [], reason });
  if (![window, previous ?? window].every(isOfDays)) return unknown('Its window begins or ends within a day in UTC.');
  const range = { from: toDay((previous ?? window).start), to: toDay(window.end - 1) };
  const { rows, wholeThrough, deliveries } = await deps.costs.allocatedOver(spec.subject, range, DEFAULT_METRIC);
  if (deliveries.size === 0) return unknown('No bill covers its window.');
  const other = rows.find(({ currency }) => currency !== spec.currency);
  if (other !== undefined && !isConverting(deps, spec)) return unknown(`Part of it is billed in ${other.currency}.`);
  const { rows: converted } = await convertRows(deps, rows, spec.currency);
  const days = [...Map.groupBy(converted, ({ day }) => day)]
    .map(([day, of]) => ({ day, amount: sumDecimals(of.map(({ amount }) => amount)) }))
    .toSorted((a, b) => (a.day < b.day ? -1 : 1));
  return { ...answer, through: wholeThrough, days, reason: null };
}

function toPeriod({ start, end }: Window): BudgetDays['period'] {
  return { start: new Date(start).toISOString(), end: new Date(end).toISOString() };
}
