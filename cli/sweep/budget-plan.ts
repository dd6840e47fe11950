import { type Decimal, decimal, type Money } from '../../src/platform/units/schema.ts';

/** The least time that the server starts work for, in addition to the time to stop, in seconds. */
const SHORTEST_TRIAL_SECONDS = 1;
/** Time, in addition to the time to stop, in which a running trial requests more money, in seconds. */
const RENEWAL_SECONDS = 8;
/** Trials are asked to stop this much before the last moment, in seconds. */
const STOP_AHEAD_SECONDS = 0.25;
/** Largest share of the budget that may remain because no trial can start with it. */
const UNSPENT_RATIO = 0.1;
/** Share of the budget for the default of `--grace`, and its maximum in seconds. */
const GRACE_RATIO = 0.04;
export const DEFAULT_GRACE_SECONDS = 10;

export interface BudgetPlan {
  /** Time for a trial to stop, in whole seconds. */
  readonly graceSeconds: number;
  /** Least budget that can start a single trial. */
  readonly least: Money;
  /** Least budget that can start all concurrent trials, and of which at least 90 % can be spent. */
  readonly minimum: Money;
}

/**
 * Parameters of a sweep at a price that let it spend its budget. The last trial is asked to stop `graceSeconds` before
 * the money ends, and no trial starts for less than `graceSeconds` and one second: this amount can remain unspent.
 * Without a stated grace it is 4 % of the time that the budget pays for, at most 10 s. `hourly`: price of one trial for
 * an hour, > 0. Example: 0.05 USD at 3.06 USD/h pay for 58.8 s, so the grace is 2 s.
 */
export function planBudget({
  budget,
  hourly,
  parallel,
  graceSeconds: stated,
}: {
  readonly budget: Money;
  readonly hourly: Decimal;
  readonly parallel: number;
  readonly graceSeconds: number | undefined;
}): BudgetPlan {
  const toCost = (seconds: number): Money => ({
    amount: hourly.times(seconds).dividedBy(3600).toSignificantDigits(6).toFixed(),
    currency: budget.currency,
  });
  const paidSeconds = decimal(budget.amount).times(3600).dividedBy(hourly).toNumber();
  const graceSeconds = stated ?? Math.min(DEFAULT_GRACE_SECONDS, Math.floor(paidSeconds * GRACE_RATIO));
  const leastSeconds = graceSeconds + SHORTEST_TRIAL_SECONDS + STOP_AHEAD_SECONDS;
  const minimumSeconds = Math.max(leastSeconds / UNSPENT_RATIO, parallel * (graceSeconds + RENEWAL_SECONDS));
  return { graceSeconds, least: toCost(leastSeconds), minimum: toCost(minimumSeconds) };
}
