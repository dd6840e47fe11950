import { type Decimal, decimal, decimalString, formatMoneyText, type Money } from '../../platform/units/index.ts';
import type { BusySeconds } from './saving.ts';
import type { ExpectedSaving } from './schema.ts';

/** An arm as it is planned, for all of the traffic. */
export interface PlannedArm {
  /** Price of a replica for an hour; null without a price. */
  readonly pricePerHour: Money | null;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** Share of a replica's time that is planned with, 0 to 1. */
  readonly utilization: number;
  /** null: not measured. */
  readonly busySeconds: BusySeconds | null;
}

export interface PlannedChange {
  /** Requests in each recorded hour; empty: none is recorded. */
  readonly requestsPerHour: readonly number[];
  readonly baseline: PlannedArm;
  readonly candidate: PlannedArm;
}

/** Cost for an hour with its bounds, in the currency of the price. */
interface HourlyCost {
  readonly lower: Decimal;
  /** null: not known, only bounded. */
  readonly mean: Decimal | null;
  readonly upper: Decimal;
  /** Whether the bounds hold the cost with 95 %; else they are the mean itself. */
  readonly isBounded: boolean;
}

const MONTH_HOURS = 730;
const PLACES = 6;

/**
 * Saving that is expected before a change is tried: the cost of the replicas that each arm needs for the recorded requests,
 * min(max replicas, max(min replicas, requests x busy seconds of a request / (3600 x utilization))) x price, averaged over the recorded hours. An arm
 * whose busy seconds are not measured costs between its minimum and its maximum of replicas. `costsMore`: even by the bounds that favour the
 * change, it costs more than the baseline; as text for people, else null.
 *
 * @example 3 replicas at 4.00 before, 3 at 1.00 after, few requests -> 9.00 an hour, 6,570.00 a month of 730 hours
 */
export function computeExpectedSaving(change: PlannedChange): {
  readonly expected: ExpectedSaving;
  readonly costsMore: string | null;
} {
  const { requestsPerHour, baseline, candidate } = change;
  const count = requestsPerHour.length;
  const mean = count === 0 ? null : requestsPerHour.reduce((sum, one) => sum + one, 0) / count;
  const unknown = (reason: string) => ({
    expected: { monthly: null, lower: null, upper: null, requestsPerHour: mean, reason },
    costsMore: null,
  });
  const [priceBefore, priceAfter] = [baseline.pricePerHour, candidate.pricePerHour];
  if (priceBefore === null || priceAfter === null) return unknown('A replica has no price: apply a PriceBook.');
  const { currency } = priceBefore;
  if (priceAfter.currency !== currency) return unknown('The prices of both arms are in different currencies.');
  const before = computeHourlyCost(baseline, priceBefore, requestsPerHour);
  const after = computeHourlyCost(candidate, priceAfter, requestsPerHour);
  const monthly = (saved: Decimal): Money => ({
    amount: decimalString(saved.times(MONTH_HOURS).toDecimalPlaces(PLACES)),
    currency,
  });
  const costsMore = before.upper.lt(after.lower)
    ? `at least ${show(after.lower, currency)} an hour after it, at most ${show(before.upper, currency)} an hour before it`
    : null;
  if (before.mean === null || after.mean === null) return { ...unknown(explainUnknown(change)), costsMore };
  const isBounded = before.isBounded && after.isBounded;
  return {
    costsMore,
    expected: {
      monthly: monthly(before.mean.minus(after.mean)),
      lower: isBounded ? monthly(before.lower.minus(after.upper)) : null,
      upper: isBounded ? monthly(before.upper.minus(after.lower)) : null,
      requestsPerHour: mean,
      reason: null,
    },
  };
}

function explainUnknown({ requestsPerHour, baseline }: PlannedChange): string {
  if (requestsPerHour.length === 0) return 'The endpoint has no recorded requests of the last 7 days.';
  return baseline.busySeconds === null
    ? 'The time of a request is not measured for the baseline.'
    : 'The time of a request is not measured for the candidate on its hardware: record a benchmark of it.';
}

function computeHourlyCost(
  { minReplicas, maxReplicas, utilization, busySeconds }: PlannedArm,
  { amount }: Money,
  requestsPerHour: readonly number[],
): HourlyCost {
  const price = decimal(amount);
  const count = requestsPerHour.length;
  if (count === 0 || busySeconds === null) {
    return {
      lower: price.times(minReplicas),
      // Replicas that cannot vary need no measurement.
      mean: minReplicas === maxReplicas ? price.times(minReplicas) : null,
      upper: price.times(maxReplicas),
      isBounded: true,
    };
  }
  const costAt = (seconds: number) => {
    const needs = requestsPerHour.map((requests) => (requests * seconds) / (3600 * utilization));
    const replicas = needs.reduce((sum, need) => sum + Math.min(maxReplicas, Math.max(minReplicas, need)), 0);
    return price.times(replicas / count);
  };
  const { mean, lower, upper } = busySeconds;
  return {
    lower: costAt(Math.max(0, lower ?? mean)),
    mean: costAt(mean),
    upper: costAt(upper ?? mean),
    isBounded: lower !== null || minReplicas === maxReplicas,
  };
}

const show = (amount: Decimal, currency: string) => formatMoneyText({ amount: amount.toFixed(2), currency });
