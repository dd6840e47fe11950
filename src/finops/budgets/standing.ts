import type { Sql } from '../../platform/store/index.ts';
import { type Clock, type Decimal, decimal, decimalString, type Instant } from '../../platform/units/index.ts';
import { type AllowanceDeps, allowanceOf, factsOf, heldIn, larger, meteredAmount } from './allowance.ts';
import { expectedSpend } from './expected-spend.ts';
import type { ExpectedBreachOf } from './notices/expected-breach.ts';
import { openReservations } from './reservations/store.ts';
import type { Budget, BudgetSpec } from './schema.ts';
import type { StoredBudget } from './store.ts';
import { type Window, windowAt } from './window.ts';

export interface StandingDeps extends AllowanceDeps {
  readonly clock: Clock;
  /** The forecast of a budget's present window. */
  readonly expectedBreach: ExpectedBreachOf;
}

/** A budget with the deliveries behind its billed figure. */
export interface BudgetStanding extends Budget {
  readonly deliveries: readonly string[];
}

export function withoutDeliveries({ deliveries: _deliveries, ...budget }: BudgetStanding): Budget {
  return budget;
}

/** Status of a budget in its present window; a one-time budget has only one window. */
export async function standingOf(deps: StandingDeps, sql: Sql, budget: StoredBudget): Promise<BudgetStanding> {
  const { name, spec } = budget;
  const now = deps.clock.now();
  const window = presentWindow(budget, now);
  const facts = await factsOf(deps, sql, budget, window);
  const open = await openReservations(sql);
  const [allowance, meteredTotal] = await Promise.all([
    allowanceOf(deps, sql, facts, open, now),
    deps.metering.runningTotal(sql, spec.subject, window),
  ]);
  const { billed } = facts;
  const { currency } = spec;
  const amount = allowance.total;
  const metered = meteredAmount(meteredTotal, spec);
  const spent = larger(billed.amount, metered);
  const held = decimalString(heldIn(window, spec, open));
  const remaining = spent === null ? null : decimalString(amount.minus(spent).minus(held));
  const expected = expectedSpend(spent, window, now, await deps.expectedBreach(sql, name));
  const money = (text: string | null) => (text === null ? null : { amount: text, currency });
  return {
    name,
    subject: spec.subject,
    parent: spec.parent ?? null,
    every: spec.every,
    timeZone: spec.timeZone,
    enforcement: spec.enforcement,
    limit: { amount: decimalString(amount), currency },
    rollOver: spec.rollOver,
    rolledOver: allowance.rolledOver === null ? null : { amount: decimalString(allowance.rolledOver), currency },
    period: { start: new Date(window.start).toISOString(), end: new Date(window.end).toISOString() },
    billed: money(billed.amount),
    conversion: billed.conversion,
    billedReason: billed.reason,
    toDate: billed.toDate,
    metered: money(metered),
    spent: money(spent),
    reserved: { amount: held, currency },
    remaining,
    forecast: money(expected.amount),
    forecastBasis: expected.basis,
    state: stateOf(spec, amount, spent, remaining),
    deliveries: billed.deliveries,
  };
}

/** The window of an instant; of a budget that is given once, its only one. */
export function presentWindow({ recurrence }: StoredBudget, at: Instant): Window {
  const { from, until } = recurrence;
  const inside = from ?? (until === null ? at : until - 1);
  return windowAt(recurrence, at) ?? windowAt(recurrence, inside) ?? { start: inside, end: inside + 1 };
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
