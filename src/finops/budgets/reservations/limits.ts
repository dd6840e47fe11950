import { covers } from '../../../org/index.ts';
import type { Subject } from '../../../org/schema.ts';
import { AppError } from '../../../platform/errors/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import { type Decimal, decimal, largest } from '../../../platform/units/index.ts';
import type { Metering } from '../../metering/index.ts';
import type { StoredBudget } from '../store.ts';
import { type Window, windowsWithin } from '../window.ts';
import { remainder } from './remainder.ts';
import type { StoredReservation } from './store.ts';

/** What one window of one budget allows. */
export interface Limit {
  readonly budget: string;
  readonly enforcement: 'approval' | 'hard';
  readonly currency: string;
  /** What nobody has spent or holds, in `currency`; negative once more was spent than allowed. */
  readonly left: Decimal;
  /** What running work holds of it, unspent. */
  readonly held: Decimal;
  /** Price an hour of all running work that it covers. */
  readonly rates: Decimal;
}

export interface LimitDeps {
  readonly metering: Pick<Metering, 'runningTotal'>;
  /** Amount of a window, with what was approved beyond it. */
  readonly amountOf: (sql: Sql, budget: StoredBudget, window: Window) => Promise<Decimal>;
  /** What bills say was spent in a window; null where they say nothing. */
  readonly billedIn: (budget: StoredBudget, window: Window) => Promise<string | null>;
}

/** One window of one budget, and what bills say of it. */
export interface CoveringWindow {
  readonly budget: StoredBudget;
  readonly window: Window;
  readonly billed: string | null;
}

/** The windows that work with this subject would spend from in [start, end), of budgets that must hold. */
export async function coveringWindows(
  deps: LimitDeps,
  budgets: readonly StoredBudget[],
  subject: Subject,
  within: Window,
): Promise<CoveringWindow[]> {
  const holding = budgets.filter(({ spec }) => spec.enforcement !== 'soft' && covers(spec.subject, subject));
  const windows = holding.flatMap((budget) =>
    windowsWithin(budget.recurrence, within.start, within.end).map((window) => ({ budget, window })),
  );
  return Promise.all(windows.map(async (one) => ({ ...one, billed: await deps.billedIn(one.budget, one.window) })));
}

/** Where a window stands now; asked in the turn in which what is left of it is taken. Errors: `price_missing`. */
export async function limitOf(
  deps: LimitDeps,
  sql: Sql,
  { budget, window, billed }: CoveringWindow,
  open: readonly StoredReservation[],
): Promise<Limit> {
  const { spec } = budget;
  const metered = await deps.metering.runningTotal(sql, spec.subject, window);
  if (metered.unpricedIntervals > 0) throw unknownSpending(budget.name, metered.unpricedResources);
  const touching = open.filter((one) => covers(spec.subject, one.subject) && touches(one, window));
  const held = sum(touching.map(remainder));
  const spent = largest(decimal(billed ?? '0'), decimal(metered.cost?.amount ?? '0'));
  return {
    budget: budget.name,
    enforcement: spec.enforcement === 'approval' ? 'approval' : 'hard',
    currency: spec.currency,
    left: (await deps.amountOf(sql, budget, window)).minus(spent).minus(held),
    held,
    rates: sum(touching.map(({ hourlyRate }) => decimal(hourlyRate ?? '0'))),
  };
}

/** Whether what it holds unspent may be spent in this window: all of it counts in each, because nobody knows when it will be. */
function touches({ metered, until }: StoredReservation, window: Window): boolean {
  return metered < window.end && Math.max(until, metered + 1) > window.start;
}

function unknownSpending(budget: string, resources: readonly string[]): AppError {
  const detail = `Budget "${budget}" cannot be held: usage of ${resources.join(', ')} has no price. Add one to the price book.`;
  return new AppError('price_missing', detail, { budget, resources: resources.join(', ') });
}

function sum(amounts: readonly Decimal[]): Decimal {
  return amounts.reduce((total, amount) => total.plus(amount), decimal(0));
}
