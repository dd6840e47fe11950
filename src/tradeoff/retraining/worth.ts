import type { QualityLoss } from '../../mlops/monitoring/schema.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import {
  type Decimal,
  decimal,
  decimalString,
  findLargest,
  formatDayText,
  formatMoneyText,
  type Money,
  type Period,
} from '../../platform/units/index.ts';
import { isLowerBetter } from '../value/index.ts';
import type { Worth } from './schema.ts';

/** Decimals of an estimate, rounded half to even; intermediate results are exact. */
const PLACES = 6;
/** Inputs of the evaluation. */
export interface Scales {
  /** UTC instant. */
  readonly at: string;
  /** null: neither measured nor estimated; `lossReason` states why. */
  readonly loss: QualityLoss | null;
  readonly lossReason: string;
  /** Measured traffic, including predictions that are not stored; null: none is recorded. */
  readonly traffic: { readonly perDay: string; readonly period: Period } | null;
  /** Value of a unit of the metric in one prediction, from the retraining; null: not configured. */
  readonly valuePerPrediction: Money | null;
  /** Daily cost of the loss, from the monitor; null: not configured. */
  readonly moneyPerDay: Money | null;
  readonly horizon: Horizon;
  readonly cost: Money | null;
  readonly costFrom: string;
  readonly budget: Worth['budget'];
  readonly minimumGain: string;
}

export interface Horizon {
  readonly period: Period;
  readonly from: string;
}

/** A loss in units of its measure, 0 or more. */
export interface Loss {
  /** Lower end; the value itself without an interval. */
  readonly lower: Decimal;
  readonly expected: Decimal;
  /** null: no interval. */
  readonly upper: Decimal | null;
}

/**
 * Loss of quality relative to the reference, never negative. An interval of the current value becomes an interval of the loss, with its ends
 * swapped where more is better. Example: accuracy 0.9 before, 0.8 now with [0.78, 0.82] -> 0.1 with [0.08, 0.12].
 */
export function toLoss({ metric, reference, current, lower, upper }: QualityLoss): Loss {
  const isError = isLowerBetter(metric);
  const worse = (now: number) =>
    findLargest(isError ? decimal(now).minus(reference) : decimal(reference).minus(now), decimal(0));
  const expected = worse(current);
  if (lower === null || upper === null) return { lower: expected, expected, upper: null };
  const [least, most] = isError ? [lower, upper] : [upper, lower];
  return { lower: worse(least), expected, upper: worse(most) };
}

/**
 * Predictions a day, of `kept` predictions within a period of which a share is kept; 6 places. Example: 350 in half a day of which
 * half are kept -> 350 / 0.5 / 0.5 = 1400.
 */
export function computePerDay(kept: number, sample: number, period: Period): string {
  const spanMs = Date.parse(period.end) - Date.parse(period.start);
  return roundAmount(decimal(kept).times(DAY_MS).dividedBy(spanMs).dividedBy(sample));
}

/** The gain counts until the next training: the end of the horizon, or the next scheduled time where that is sooner. */
export function computeHorizon(
  now: number,
  horizonMs: number,
  nextTime: { readonly trigger: string; readonly at: number } | null,
): Horizon {
  const start = new Date(now).toISOString();
  const whole = now + horizonMs;
  if (nextTime !== null && nextTime.at > now && nextTime.at < whole) {
    const end = new Date(nextTime.at).toISOString();
    return { period: { start, end }, from: `trigger "${nextTime.trigger}" retrains at that time` };
  }
  return { period: { start, end: new Date(whole).toISOString() }, from: 'the horizon of the retraining' };
}

/**
 * Gain = loss x predictions a day x value of a unit of the measure in one prediction x days of the horizon, compared with the cost. If the
 * loss has an interval, its lower end decides: the cost is certain, a loss within noise is not, and a real episode narrows its
 * interval and is evaluated again. Worth it when gain - cost is above 0 and at least `minimumGain`.
 * Example: 0.08 x 1000 a day x 0.05 USD x 30 days = 120 USD against 20 USD -> worth it, net 100 USD.
 */
export function evaluateWorth(scales: Scales): Worth {
  const { at, loss, traffic, horizon, cost, costFrom, budget, minimumGain, valuePerPrediction } = scales;
  const known = loss === null ? null : toLoss(loss);
  const daily = known === null ? null : moneyPerDay(scales, known);
  const gain = daily === null ? null : multiplyByDays(horizon.period, daily.deciding);
  const net =
    gain === null || cost === null || gain.currency !== cost.currency
      ? null
      : toMoney(decimal(gain.amount).minus(cost.amount), gain.currency);
  const worth: Omit<Worth, 'answer' | 'reason'> = {
    at,
    loss,
    lossLower: known === null ? null : decimalString(known.lower),
    lossExpected: known === null ? null : decimalString(known.expected),
    lossUpper: known === null || known.upper === null ? null : decimalString(known.upper),
    decidedBy: known === null ? null : known.upper === null ? 'expected' : 'lower_end',
    predictionsPerDay: traffic?.perDay ?? null,
    trafficPeriod: traffic?.period ?? null,
    valuePerPrediction,
    lossPerDay: daily?.deciding ?? null,
    valueFrom: valuePerPrediction !== null ? 'retraining' : scales.moneyPerDay === null ? null : 'monitor',
    horizon: horizon.period,
    horizonFrom: horizon.from,
    gain,
    gainUpper: daily === null || daily.upper === null ? null : multiplyByDays(horizon.period, daily.upper),
    cost,
    costFrom,
    net,
    minimumGain,
    budget,
  };
  return { ...worth, ...decideWorth(worth, scales) };
}

interface Daily {
  readonly deciding: Money;
  /** By the larger end of the loss; null: no interval. */
  readonly upper: Money | null;
}

/** Daily cost of the loss; null where value or traffic is not known. */
function moneyPerDay({ valuePerPrediction, traffic, moneyPerDay: said }: Scales, loss: Loss): Daily | null {
  const daily = (one: Decimal | null, of: (loss: Decimal) => Decimal, currency: string) =>
    one === null ? null : toMoney(of(one), currency);
  if (valuePerPrediction !== null) {
    if (traffic === null) return null;
    const { amount, currency } = valuePerPrediction;
    const of = (one: Decimal) => one.times(traffic.perDay).times(amount);
    return { deciding: toMoney(of(loss.lower), currency), upper: daily(loss.upper, of, currency) };
  }
  if (said === null) return null;
  // The monitor's value is for the measured loss; the ends of the interval are in proportion.
  const of = (one: Decimal) => (loss.expected.isZero() ? decimal(0) : one.times(said.amount).dividedBy(loss.expected));
  return { deciding: toMoney(of(loss.lower), said.currency), upper: daily(loss.upper, of, said.currency) };
}

function decideWorth(worth: Omit<Worth, 'answer' | 'reason'>, scales: Scales): Pick<Worth, 'answer' | 'reason'> {
  const { gain, cost, net, budget, minimumGain, horizon } = worth;
  const short = findBudgetProblem(worth);
  if (short !== null) return short;
  if (gain === null) return { answer: 'unknown', reason: explainUnknownGainInputs(scales) };
  const until = formatDayText(horizon.end.slice(0, 10));
  if (cost === null) {
    return { answer: 'unknown', reason: `Expected gain ${formatMoneyText(gain)} until ${until}; ${scales.costFrom}.` };
  }
  if (net === null) {
    const reason = `The gain is in ${gain.currency} and the cost in ${cost.currency}; no comparison is possible.`;
    return { answer: 'unknown', reason };
  }
  if (budget !== null && budget.remaining === null) {
    return { answer: 'unknown', reason: `The remaining amount of the budget "${budget.name}" is not known.` };
  }
  const amount = decimal(net.amount);
  const enough = amount.greaterThan(0) && amount.greaterThanOrEqualTo(minimumGain);
  const end = worth.decidedBy === 'lower_end' ? ' of at least' : '';
  const sums = `Expected gain${end} ${formatMoneyText(gain)} until ${until}, cost ${formatMoneyText(cost)}`;
  if (enough) return { answer: 'worth', reason: `${sums}.` };
  const wanted = decimal(minimumGain).isZero()
    ? ''
    : `; the gain must exceed the cost by ${formatMoneyText(toMoney(decimal(minimumGain), cost.currency))}`;
  return { answer: 'not_worth', reason: `${sums}${wanted}. Retraining does not pay yet.` };
}

/** Reason why the budget blocks a round, whatever its gain; null where it does not. */
function findBudgetProblem({
  budget,
  cost,
}: Pick<Worth, 'budget' | 'cost'>): { answer: 'not_worth' | 'unknown'; reason: string } | null {
  if (budget === null || budget.remaining === null) return null;
  const { name, remaining } = budget;
  const left = `The budget "${name}" has ${formatMoneyText(remaining)} left`;
  if (!decimal(remaining.amount).greaterThan(0)) return { answer: 'not_worth', reason: `${left}.` };
  if (cost === null) return null;
  if (cost.currency !== remaining.currency) {
    return { answer: 'unknown', reason: `${left}, and the cost is in ${cost.currency}; no comparison is possible.` };
  }
  if (decimal(cost.amount).lessThanOrEqualTo(remaining.amount)) return null;
  return { answer: 'not_worth', reason: `${left}, and the expected cost is ${formatMoneyText(cost)}.` };
}

function explainUnknownGainInputs({
  loss,
  lossReason,
  traffic,
  valuePerPrediction,
  moneyPerDay: said,
}: Scales): string {
  if (loss === null) return lossReason;
  if (valuePerPrediction === null && said === null) {
    return 'No value of a prediction is stated: set worth.valuePerPrediction in the retraining or a value in the monitor.';
  }
  return traffic === null ? 'No prediction of the last days is recorded, so the traffic is not known.' : lossReason;
}

function multiplyByDays({ start, end }: Period, daily: Money): Money {
  const days = decimal(Date.parse(end) - Date.parse(start));
  return toMoney(days.times(daily.amount).dividedBy(DAY_MS), daily.currency);
}

/** Rounded to six places. */
export function toMoney(amount: Decimal, currency: string): Money {
  return { amount: roundAmount(amount), currency };
}

function roundAmount(amount: Decimal): string {
  return decimalString(amount.toDecimalPlaces(PLACES));
}
