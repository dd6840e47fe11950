import { covers } from '../../../org/index.ts';
import type { Subject } from '../../../org/schema.ts';
import { AppError } from '../../../platform/errors/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import { type Clock, type Decimal, decimal, findLargest, type Instant } from '../../../platform/units/index.ts';
import {
  type AllowanceDeps,
  computeAllowance,
  readWindowFacts,
  selectOverlapping,
  sumReserved,
  type WindowFacts,
} from '../allowance.ts';
import type { StoredBudget } from '../store.ts';
import { listWindowsWithin, type Window } from '../window.ts';
import type { StoredReservation } from './store.ts';

/** Amount that one window of one budget allows. */
export interface Limit {
  readonly budget: string;
  readonly enforcement: 'approval' | 'hard';
  readonly currency: string;
  /** Amount that is neither spent nor reserved, in `currency`; negative if the spend exceeds the allowance. */
  readonly left: Decimal;
  /** Unspent amount that open reservations hold of it. */
  readonly held: Decimal;
  /** Total price per hour of all running work that the budget covers. */
  readonly rates: Decimal;
}

export interface LimitDeps extends AllowanceDeps {
  readonly clock: Clock;
}

/** One window of one budget that the work would spend from. */
export interface CoveringWindow {
  readonly facts: WindowFacts;
  /** How many windows of the budget that have begun the work would spend from, up to and with this one, >= 1. */
  readonly begun: number;
  /** Time of this read: a window that begins between it and the transaction does not count as begun. */
  readonly at: Instant;
}

/** The windows of enforcing budgets (hard or approval) that work with this subject spends from in [start, end). */
export async function findCoveringWindows(
  deps: LimitDeps,
  sql: Sql,
  budgets: readonly StoredBudget[],
  subject: Subject,
  within: Window,
): Promise<CoveringWindow[]> {
  const now = deps.clock.now();
  const holding = budgets.filter(({ spec }) => spec.enforcement !== 'soft' && covers(spec.subject, subject));
  const windows = holding.flatMap((budget) =>
    listWindowsWithin(budget.recurrence, within.start, within.end).map((window, index) => ({ budget, window, index })),
  );
  return Promise.all(
    windows.map(async ({ budget, window, index }) => ({
      facts: await readWindowFacts(deps, sql, budget, window),
      begun: window.start > now ? 1 : index + 1,
      at: now,
    })),
  );
}

/** Current limit of a window. Call it in the same transaction that reserves the remainder. Errors: `price_missing`. */
export async function readWindowLimit(
  deps: LimitDeps,
  sql: Sql,
  { facts, begun, at }: CoveringWindow,
  open: readonly StoredReservation[],
): Promise<Limit> {
  const { budget, window, billed } = facts;
  const { spec } = budget;
  const metered = await deps.metering.runningTotal(sql, spec.subject, window);
  if (metered.unpricedIntervals > 0) throw createUnknownSpendingError(budget.name, metered.unpricedResources);
  const held = sumReserved(window, spec, open);
  const spent = findLargest(decimal(billed.amount ?? '0'), decimal(metered.cost?.amount ?? '0'));
  const { total } = await computeAllowance(deps, sql, facts, open, at);
  const left = total.minus(spent).minus(held);
  return {
    budget: budget.name,
    enforcement: spec.enforcement === 'approval' ? 'approval' : 'hard',
    currency: spec.currency,
    // Spend of an earlier window also removes its rollover into this one, so it counts once for each window.
    left: spec.rollOver === 'none' ? left : left.dividedBy(begun),
    held,
    rates: selectOverlapping(window, spec.subject, open)
      .map(({ hourlyRate }) => decimal(hourlyRate ?? '0'))
      .reduce((sum, rate) => sum.plus(rate), decimal(0)),
  };
}

function createUnknownSpendingError(budget: string, resources: readonly string[]): AppError {
  const detail = `Budget "${budget}" cannot be held: usage of ${resources.join(', ')} has no price. Add one to the price book.`;
  return new AppError('price_missing', detail, { budget, resources: resources.join(', ') });
}
