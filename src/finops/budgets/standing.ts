import { covers } from '../../org/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import {
  type Clock,
  type Decimal,
  decimal,
  decimalString,
  type Instant,
  largest,
  monthPeriod,
  sumDecimals,
} from '../../platform/units/index.ts';
import type { Costs } from '../costs/index.ts';
import type { Metering } from '../metering/index.ts';
import { evenBurn } from './even-burn.ts';
import { remainder } from './reservations/remainder.ts';
import { openReservations } from './reservations/store.ts';
import type { Budget, BudgetSpec } from './schema.ts';
import { approvalsIn, type StoredBudget } from './store.ts';
import { type Window, windowAt } from './window.ts';

export interface StandingDeps {
  readonly clock: Clock;
  readonly costs: Pick<Costs, 'allocatedCost'>;
  readonly metering: Pick<Metering, 'runningTotal'>;
}

/** A budget with the deliveries that its billed figure stood on. */
export interface BudgetStanding extends Budget {
  readonly deliveries: readonly string[];
}

/** Where a budget stands in its present window; one that is given once, in its only one. */
export async function standingOf(deps: StandingDeps, sql: Sql, budget: StoredBudget): Promise<BudgetStanding> {
  const { name, spec } = budget;
  const now = deps.clock.now();
  const window = presentWindow(budget, now);
  const [bill, meteredTotal, amount, open] = await Promise.all([
    billOf(deps, budget, window),
    deps.metering.runningTotal(sql, spec.subject, window),
    amountOf(sql, budget, window),
    openReservations(sql),
  ]);
  const { currency } = spec;
  const known = meteredTotal.unpricedIntervals === 0 && meteredTotal.cost?.currency === currency;
  const metered = known ? (meteredTotal.cost?.amount ?? null) : null;
  const spent = larger(bill.amount, metered);
  const reserved = open.filter((one) => covers(spec.subject, one.subject)).map(remainder);
  const held = sumDecimals(reserved.map(decimalString));
  const remaining = spent === null ? null : decimalString(amount.minus(spent).minus(held));
  const money = (text: string | null) => (text === null ? null : { amount: text, currency });
  return {
    name,
    subject: spec.subject,
    parent: spec.parent ?? null,
    every: spec.every,
    timeZone: spec.timeZone,
    enforcement: spec.enforcement,
    limit: { amount: decimalString(amount), currency },
    period: { start: new Date(window.start).toISOString(), end: new Date(window.end).toISOString() },
    billed: money(bill.amount),
    metered: money(metered),
    spent: money(spent),
    reserved: { amount: held, currency },
    remaining,
    forecast: money(evenBurn(spent, window, now)),
    state: stateOf(spec, amount, spent, remaining),
    deliveries: bill.deliveries,
  };
}

/** Amount of a window, with what was approved beyond it. */
export async function amountOf(sql: Sql, { name, spec }: StoredBudget, window: Window): Promise<Decimal> {
  const approved = await approvalsIn(sql, name, window);
  return decimal(spec.amount).plus(sumDecimals(approved.map(({ amount }) => amount)));
}

/**
 * What bills say was spent of a budget in a window. The amount is zero when a bill covers the month and nothing of it is
 * the subject's; null when there is no bill, when part of it is in another currency, because then the sum is not known,
 * and for windows that are no calendar month in UTC, which bills do not part.
 */
export async function billOf(
  { costs }: Pick<StandingDeps, 'costs'>,
  { spec }: StoredBudget,
  window: Window,
): Promise<{ amount: string | null; deliveries: readonly string[] }> {
  const month = monthOf(window);
  const allocated = month === null ? null : await costs.allocatedCost(spec.subject, month, 'effectiveCost');
  if (allocated === null) return { amount: null, deliveries: [] };
  const { totals, deliveries } = allocated;
  const known = totals.every(({ currency }) => currency === spec.currency);
  return { amount: known ? (totals[0]?.amount ?? '0') : null, deliveries };
}

function monthOf(window: Window): string | null {
  const month = new Date(window.start).toISOString().slice(0, 'YYYY-MM'.length);
  const { start, end } = monthPeriod(month);
  return Date.parse(start) === window.start && Date.parse(end) === window.end ? month : null;
}

/** The window of an instant; of a budget that is given once, its only one. */
export function presentWindow({ recurrence }: StoredBudget, at: Instant): Window {
  const { from, until } = recurrence;
  const inside = from ?? (until === null ? at : until - 1);
  return windowAt(recurrence, at) ?? windowAt(recurrence, inside) ?? { start: inside, end: inside + 1 };
}

/** Both figures count the same spending, one early and one late, so the larger stands. Null while both are unknown. */
function larger(billed: string | null, metered: string | null): string | null {
  if (billed === null || metered === null) return billed ?? metered;
  return decimalString(largest(decimal(billed), decimal(metered)));
}

function stateOf(
  { warnAt }: Pick<BudgetSpec, 'warnAt'>,
  amount: Decimal,
  spent: string | null,
  remaining: string | null,
): Budget['state'] {
  if (spent === null || remaining === null) return 'unknown';
  if (amount.lessThan(spent)) return 'over';
  if (!decimal(remaining).greaterThan(0)) return 'exhausted';
  return warnAt.some((ratio) => amount.times(ratio).lessThanOrEqualTo(spent)) ? 'warned' : 'ok';
}
