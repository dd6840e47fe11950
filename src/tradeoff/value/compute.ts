import {
  decimal,
  decimalString,
  formatPriceText,
  groupThousands,
  type Money,
  type Period,
} from '../../platform/units/index.ts';
import { computePairedMeanInterval } from '../statistics/index.ts';
import type { CostInterval } from '../unit-cost/schema.ts';
import type { OutcomeSums } from './outcomes.ts';
import type { ValueFigure } from './schema.ts';

/** Fewer predictions with an outcome give no interval: the mean is then far from normal. */
export const LEAST_OUTCOMES = 10;
const TAIL_OF_95_PERCENT = 0.025;
/** Decimals of a mean that is divided. */
const PLACES = 20;

export interface MeasuredEvents {
  /** Sums of one version; several where it has events in several currencies. */
  readonly sums: readonly OutcomeSums[];
  /** Whether labels value predictions of the window. */
  readonly hasLabels: boolean;
  /** Logged predictions of the version in the window; null when the log has none. */
  readonly predictions: number | null;
  /** Share of the events, and of labels that need an amount, of the model in the window that count for a version; null: none. */
  readonly completeness: number | null;
  readonly window: Period;
}

/**
 * Mean value of a prediction: the sum of its outcome events or the amount of its label, 0 for a prediction without one, over all logged predictions of the version.
 * Variance: (sum of squares - n mean^2) / (n - 1). Unknown with a reason in several currencies, without logged predictions, and where
 * the version has no event and no label.
 *
 * @example 12 events of 5 USD on 1,000 predictions -> 0.06 USD a prediction
 */
export function computeEventValue({ sums, hasLabels, predictions, completeness, window }: MeasuredEvents): ValueFigure {
  const [first, ...others] = sums;
  const events = sums.reduce((sum, one) => sum + one.events, 0);
  const withOutcome = sums.reduce((sum, one) => sum + one.withOutcome, 0);
  const figure: ValueFigure = {
    ...{ source: hasLabels ? 'labels' : 'events', perPrediction: null, reason: null, interval: null, variance: null },
    ...{ total: null, events, predictions, withOutcome, window, completeness },
    origin: describeOrigin({ sums, hasLabels, predictions }, events),
  };
  if (others.length > 0) {
    const currencies = [...new Set(sums.map(({ currency }) => currency))].join(' and ');
    return {
      ...figure,
      reason: `the ${hasLabels ? 'outcomes' : 'outcome events'} are in ${currencies}; currencies are not added`,
    };
  }
  if (first === undefined) {
    const missing = hasLabels ? 'label of a prediction' : 'outcome event';
    return { ...figure, reason: `the version has no ${missing} in the window` };
  }
  const { currency } = first;
  const total = { amount: first.total, currency };
  if (predictions === null || predictions < withOutcome) {
    const reason = `${groupThousands(String(predictions ?? 0))} predictions are logged and ${groupThousands(String(withOutcome))} have an outcome; record all predictions with their version`;
    return { ...figure, total, reason };
  }
  const perPrediction = divide(total, predictions);
  const variance = computeVariance(first.squares, Number(first.total), predictions);
  const interval =
    variance === null || withOutcome < LEAST_OUTCOMES
      ? null
      : computeValueInterval({ perPrediction, variance, predictions }, TAIL_OF_95_PERCENT);
  return { ...figure, total, perPrediction, variance, interval };
}

/** Example: "12 outcome events on 1,000 logged predictions". */
function describeOrigin(
  { sums, hasLabels, predictions }: Pick<MeasuredEvents, 'sums' | 'hasLabels' | 'predictions'>,
  events: number,
): string {
  const leftOut = sums.reduce((sum, one) => sum + one.leftOut, 0);
  const outcomes = `outcome${hasLabels ? '' : ' event'}${events === 1 ? '' : 's'}`;
  const on = predictions === null ? 'no' : groupThousands(String(predictions));
  const rest =
    leftOut === 0 ? '' : `; ${groupThousands(String(leftOut))} labels without a readable amount are left out`;
  return `${groupThousands(String(events))} ${outcomes} on ${on} logged predictions${rest}`;
}

/** Student's interval of the mean value of a prediction, level 1 - 2 tail, in the currency of the mean. */
export function computeValueInterval(
  measured: { readonly perPrediction: Money; readonly variance: number; readonly predictions: number },
  tail: number,
): CostInterval {
  const { perPrediction, variance, predictions: n } = measured;
  const { lower, upper } = computePairedMeanInterval({ n, mean: Number(perPrediction.amount), variance }, tail);
  return { lower: decimalString(String(lower)), upper: decimalString(String(upper)) };
}

function computeVariance(squares: number, total: number, n: number): number | null {
  // Rounding can leave a sum of squares of equal values slightly below zero.
  return n < 2 ? null : Math.max(0, (squares - (total * total) / n) / (n - 1));
}

function divide({ amount, currency }: Money, by: number): Money {
  return { amount: decimalString(decimal(amount).dividedBy(by).toDecimalPlaces(PLACES)), currency };
}

/** Fields of a figure that no outcome event measured. */
const NOT_MEASURED = {
  ...{ reason: null, interval: null, variance: null, total: null, events: 0 },
  ...{ predictions: null, withOutcome: 0, window: null, completeness: null },
};

/** The value that a ModelValue states. */
export function buildStatedValue(perPrediction: Money, name: string): ValueFigure {
  return { ...NOT_MEASURED, source: 'stated', perPrediction, origin: `stated by ModelValue ${name}` };
}

/** Value of one unit of a metric in one prediction, as a monitor states it. */
export interface UnitValue {
  readonly metric: string;
  readonly value: Money;
  readonly monitor: string;
}

/** A metric of a version as it was logged. */
export interface LoggedMetric {
  readonly metric: string;
  readonly value: number;
  /** 95 % interval; null when none was logged. */
  readonly interval: { readonly lower: number; readonly upper: number; readonly level: number } | null;
}

/**
 * Value of a prediction from the value of a unit of a metric: amount x metric. An error has no absolute value: only a difference of it
 * is worth something, so that it is unknown.
 *
 * @example accuracy 0.9 at $2 for each right answer -> $1.80 a prediction
 */
export function computeMetricValue(
  { metric, value, monitor }: UnitValue,
  quality: readonly LoggedMetric[],
): ValueFigure {
  const figure: ValueFigure = {
    ...NOT_MEASURED,
    source: 'metric',
    perPrediction: null,
    origin: `${formatPriceText(value)} for each unit of ${metric} by monitor ${monitor}`,
  };
  if (isLowerBetter(metric)) return { ...figure, reason: `${metric} is an error: only a difference of it has a value` };
  const logged = quality.find((one) => one.metric === metric);
  if (logged === undefined) return { ...figure, reason: `no metric "${metric}" was logged for the version` };
  const scale = (units: number) => decimalString(decimal(value.amount).times(decimal(String(units))));
  const { interval } = logged;
  return {
    ...figure,
    perPrediction: { amount: scale(logged.value), currency: value.currency },
    interval: interval?.level === 0.95 ? { lower: scale(interval.lower), upper: scale(interval.upper) } : null,
  };
}

/** Measures of error: less is better. Of all others more is. */
const LESS_IS_BETTER = /(^|_)(mae|mse|rmse|mape|error|loss|brier|logloss)(_|@|$)/i;

/** Whether a measure is an error, by its name. */
export function isLowerBetter(metric: string): boolean {
  return LESS_IS_BETTER.test(metric);
}
