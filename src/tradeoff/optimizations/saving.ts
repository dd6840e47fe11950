import { computeStudentQuantile } from '../../platform/numbers/index.ts';
import { HOUR_MS } from '../../platform/units/durations.ts';
import { type Decimal, decimal, decimalString, type Money, sumDecimals } from '../../platform/units/index.ts';
import type { ArmCluster } from './engine/outcomes.ts';
import type { OptimizationSaving } from './schema.ts';

/** One whole hour of an optimization. */
export interface SavingHour {
  /** Start, Unix milliseconds. */
  readonly at: number;
  /** Requests of both arms, copies left out. */
  readonly requests: number;
  /** Cost of the replicas of both arms, idle time and copies included, by the bill where it covers them; null without a price. */
  readonly paid: Money | null;
  /** Cost of a replica of the baseline by the bill / by the price book; null: the bill does not cover this hour yet. */
  readonly billedRatio: Decimal | null;
}

/** How the baseline would have served all of the traffic. */
export interface Counterfactual {
  /** Busy seconds of a replica of the baseline by span: the hold-out, while both arms run. */
  readonly busySeconds: readonly ArmCluster[];
  /** Price of a replica of the baseline for an hour; null without a price. */
  readonly pricePerHour: Money | null;
  /** Replicas that the baseline holds at least. */
  readonly minReplicas: number;
  /** Replicas that it holds at most: it would not have cost more, however busy. */
  readonly maxReplicas: number;
  /** Share of a replica's time that is planned with, 0 to 1. */
  readonly utilization: number;
}

const MONTH_HOURS = 730;
const PLACES = 6;
const TAIL = 0.025;
/** Spans that an interval needs. */
const LEAST_SPANS = 10;

/**
 * Saving by the hour: the cost of the replicas that the baseline would have needed for all requests of the hour, less the cost of both arms.
 * The baseline would have needed min(max replicas, max(min replicas, requests x busy seconds of a request / (3600 x utilization))) replicas. Busy seconds are those
 * of the requests that the baseline answered at the same time (the hold-out), not those of an earlier period; their 95 % interval (Student over
 * spans) is that of the saving. A fixed number of replicas is known without requests. Negative while both arms run at full size. Hours without a
 * price are left out, with a note. Where the bill covers an hour, its cost and the price of a replica are those of the bill.
 *
 * @example 36,000 requests in an hour of 0.5 busy seconds at 50 % utilization and 3.00 an hour -> 10 replicas, 30.00; both arms cost 12.00 -> 18.00 saved
 */
export function computeSaving(hours: readonly SavingHour[], counterfactual: Counterfactual): OptimizationSaving {
  const { pricePerHour, busySeconds } = counterfactual;
  const priced = hours.filter((hour) => hour.paid !== null);
  const [first] = priced;
  const last = priced.at(-1);
  // A fixed number of replicas does not depend on the requests.
  const isFixed = counterfactual.minReplicas === counterfactual.maxReplicas;
  const seconds = isFixed ? { mean: 0, lower: 0, upper: 0 } : computeBusySeconds(busySeconds);
  if (first === undefined || last === undefined)
    return unknown('No whole hour has passed since the start, or its replicas have no price.');
  if (pricePerHour === null) return unknown('A replica of the baseline has no price: apply a PriceBook.');
  if (seconds === null)
    return unknown('The baseline has answered no request since the start, so its need for replicas is not known.');
  const { currency } = pricePerHour;
  if (priced.some(({ paid }) => paid?.currency !== currency)) return unknown('The costs are in several currencies.');
  const sum = (busy: number) =>
    priced.reduce(
      (total, { requests, paid, billedRatio }) =>
        total
          .plus(computeNeededCost(counterfactual, pricePerHour, requests, busy).times(billedRatio ?? 1))
          .minus(paid?.amount ?? 0),
      decimal(0),
    );
  const money = (amount: Decimal): Money => ({ amount: decimalString(amount.toDecimalPlaces(PLACES)), currency });
  const saved = sum(seconds.mean);
  const paid = priced.reduce((total, hour) => total.plus(hour.paid?.amount ?? 0), decimal(0));
  const billed = priced.filter(({ billedRatio }) => billedRatio !== null).length;
  return {
    basis: billed === priced.length ? 'reconciled' : 'metered',
    period: { start: new Date(first.at).toISOString(), end: new Date(last.at + HOUR_MS).toISOString() },
    hours: priced.length,
    saved: money(saved),
    lower: seconds.lower === null ? null : money(sum(Math.max(0, seconds.lower))),
    upper: seconds.upper === null ? null : money(sum(seconds.upper)),
    monthly: { amount: toMonth(saved, priced.length), currency },
    paid: money(paid),
    reason: describeLimits(hours.length - priced.length, billed, priced.length),
  };
}

/**
 * The saving of several runs of one optimization, whose hours are disjoint. The ends of the intervals are added: the same need for replicas is behind all runs.
 * A run without a figure is left out, and the reason counts it.
 *
 * @example 2 hours that saved 3.00 and 1 hour that lost 1.00 -> 3 hours, 2.00
 */
export function sumSavings(runs: readonly OptimizationSaving[]): OptimizationSaving {
  const known = runs.filter(({ saved }) => saved !== null);
  const [first = runs[0]] = known;
  const last = known.at(-1) ?? runs.at(-1);
  if (first === undefined || last === undefined) return unknown('It has not started.');
  if (runs.length === 1 || known.length === 0) return last;
  if (new Set(known.map(({ saved }) => saved?.currency)).size > 1)
    return unknown('The costs are in several currencies.');
  const hours = known.reduce((sum, run) => sum + run.hours, 0);
  const saved = addMoney(known.map((run) => run.saved));
  const leftOut = runs.length - known.length;
  const reasons = new Set([
    ...known.flatMap(({ reason }) => reason ?? []),
    ...(leftOut === 0 ? [] : [`${leftOut} of ${runs.length} runs have no figure`]),
  ]);
  return {
    basis: known.every(({ basis }) => basis === 'reconciled') ? 'reconciled' : 'metered',
    period: first.period === null || last.period === null ? null : { start: first.period.start, end: last.period.end },
    hours,
    saved,
    lower: addMoney(known.map((run) => run.lower)),
    upper: addMoney(known.map((run) => run.upper)),
    monthly: saved === null ? null : { ...saved, amount: toMonth(decimal(saved.amount), hours) },
    paid: addMoney(known.map((run) => run.paid)),
    reason: reasons.size === 0 ? null : [...reasons].join('; '),
  };
}

function toMonth(saved: Decimal, hours: number): Money['amount'] {
  return decimalString(saved.times(MONTH_HOURS).dividedBy(hours).toDecimalPlaces(PLACES));
}

/** Null where a part is unknown. */
function addMoney(parts: readonly (Money | null)[]): Money | null {
  const known = parts.filter((part) => part !== null);
  const [first] = known;
  if (first === undefined || known.length < parts.length) return null;
  return { amount: sumDecimals(known.map(({ amount }) => amount)), currency: first.currency };
}

function describeLimits(unpriced: number, billed: number, priced: number): string | null {
  const parts = [
    ...(unpriced === 0 ? [] : [`${unpriced} hours without a price are left out`]),
    ...(billed === 0 || billed === priced ? [] : [`the bill covers ${billed} of ${priced} hours so far`]),
  ];
  return parts.length === 0 ? null : parts.join('; ');
}

function computeNeededCost(
  { minReplicas, maxReplicas, utilization }: Counterfactual,
  pricePerHour: Money,
  requests: number,
  busySeconds: number,
): Decimal {
  const needed = (requests * busySeconds) / (3600 * utilization);
  const replicas = Math.min(maxReplicas, Math.max(minReplicas, needed));
  return decimal(pricePerHour.amount).times(replicas);
}

/** Seconds that a replica is busy with one request, with their 95 % interval; null where there are too few spans for one. */
export interface BusySeconds {
  readonly mean: number;
  readonly lower: number | null;
  readonly upper: number | null;
}

/** Mean of spans with n requests and the sum of their busy seconds; null without requests. */
export function computeBusySeconds(spans: readonly ArmCluster[]): BusySeconds | null {
  const n = spans.reduce((total, one) => total + one.n, 0);
  if (n === 0) return null;
  const mean = spans.reduce((total, one) => total + one.sum, 0) / n;
  const count = spans.length;
  if (count < LEAST_SPANS) return { mean, lower: null, upper: null };
  const squares = spans.reduce((total, one) => total + (one.sum - mean * one.n) ** 2, 0);
  const error = Math.sqrt((count / (count - 1)) * squares) / n;
  const reach = computeStudentQuantile(1 - TAIL, count - 1) * error;
  return { mean, lower: mean - reach, upper: mean + reach };
}

function unknown(reason: string): OptimizationSaving {
  const nothing = { saved: null, lower: null, upper: null, monthly: null, paid: null };
  return { basis: 'metered', period: null, hours: 0, ...nothing, reason };
}
