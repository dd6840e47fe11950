import type { Sql } from '../../platform/store/index.ts';
import { type Clock, type Decimal, decimal, decimalString, type Instant } from '../../platform/units/index.ts';
import {
  type AllowanceDeps,
  computeAllowance,
  getLarger,
  getMeteredAmount,
  readWindowFacts,
  sumReserved,
} from './allowance.ts';
import { computeExpectedSpend } from './expected-spend.ts';
import type { ExpectedBreachOf } from './notices/expected-breach.ts';
import { openReservations } from './reservations/store.ts';
import type { Budget, BudgetSpec } from './schema.ts';
import type { StoredBudget } from './store.ts';
import { findWindowAt, type Window } from './window.ts';

export interface StandingDeps extends AllowanceDeps {
  readonly clock: Clock;
  /** The forecast of a budget's present window. */
  readonly expectedBreach: ExpectedBreachOf;
}

/** A budget with the deliveries behind its billed figure. */
export interface BudgetStanding extends Budget {
  readonly deliveries: readonly string[];
}

export function dropDeliveries({ deliveries: _deliveries, ...budget }: BudgetStanding): Budget {
  return budget;
}

/** Status of a budget in its present window; a one-time budget has only one window. */
export async function readBudgetStanding(deps: StandingDeps, sql: Sql, budget: StoredBudget): Promise<BudgetStanding> {
  const { name, spec } = budget;
  const now = deps.clock.now();
  const window = findPresentWindow(budget, now);
  const facts = await readWindowFacts(deps, sql, budget, window);
  // A reservation that is settled between two reads would count as reserved and as spent.
  const { open, allowance, meteredTotal } = await sql.readConsistently(async (state) => {
    const reserved = await openReservations(state);
    return {
      open: reserved,
      allowance: await computeAllowance(deps, state, facts, reserved, now),
      meteredTotal: await deps.metering.runningTotal(state, spec.subject, window),
    };
  });
  const { billed } = facts;
  const { currency } = spec;
  const amount = allowance.total;
  const metered = getMeteredAmount(meteredTotal, spec);
  const spent = getLarger(billed.amount, metered);
  const held = decimalString(sumReserved(window, spec, open));
  const remaining = spent === null ? null : decimalString(amount.minus(spent).minus(held));
  const expected = computeExpectedSpend(spent, window, now, await deps.expectedBreach(sql, name));
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
    state: classifyBudget(spec, amount, spent, remaining),
    deliveries: billed.deliveries,
  };
}

/** The window of an instant; of a budget that is given once, its only one. */
export function findPresentWindow({ recurrence }: StoredBudget, at: Instant): Window {
  const { from, until } = recurrence;
  const inside = from ?? (until === null ? at : until - 1);
  return findWindowAt(recurrence, at) ?? findWindowAt(recurrence, inside) ?? { start: inside, end: inside + 1 };
}

function classifyBudget(
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
