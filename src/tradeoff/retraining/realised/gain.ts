import { type Decimal, decimal, decimalString, type Money, type Period } from '../../../platform/units/index.ts';
import { isLowerBetter } from '../../value/index.ts';
import { toMoney } from '../worth.ts';
import type { RealisedGain } from './schema.ts';

/** Significant digits of a measure. */
const DIGITS = 9;

/** Inputs of a realized gain. */
export interface RealisedFacts {
  readonly metric: string;
  /** Null: not known. */
  readonly before: Omit<NonNullable<RealisedGain['before']>, 'from'> | null;
  readonly after: Omit<NonNullable<RealisedGain['after']>, 'labels'> | null;
  /** Made by the new version, kept or not; null: not known. */
  readonly predictions: string | null;
  readonly valuePerPrediction: Money | null;
  readonly cost: Money | null;
}

type Sums = Pick<
  RealisedGain,
  'improvement' | 'improvementLower' | 'improvementUpper' | 'gain' | 'gainLower' | 'gainUpper' | 'net'
>;

/**
 * Realized gain of a new version: (quality after - quality before) x predictions x value of a unit in one prediction. The interval of
 * the difference combines both intervals by squares (Donner and Zou 2012), each on the side that it widens, so
 * that asymmetric intervals stay asymmetric. Unknown figures are null.
 * Example: accuracy 0.70 [0.68, 0.72] -> 0.80 [0.77, 0.83], 1,000 predictions at 0.05 USD -> 5 USD [3.20, 6.80].
 */
export function computeRealisedSums({
  metric,
  before,
  after,
  predictions,
  valuePerPrediction,
  cost,
}: RealisedFacts): Sums {
  const difference = before === null || after === null ? null : computeImprovement(metric, before, after);
  const worthOf = (units: Decimal | null): Money | null => {
    if (units === null || predictions === null || valuePerPrediction === null) return null;
    return toMoney(units.times(predictions).times(valuePerPrediction.amount), valuePerPrediction.currency);
  };
  const gain = worthOf(difference?.value ?? null);
  const shown = (units: Decimal | null) => (units === null ? null : decimalString(units));
  return {
    improvement: shown(difference?.value ?? null),
    improvementLower: shown(difference?.lower ?? null),
    improvementUpper: shown(difference?.upper ?? null),
    gain,
    gainLower: worthOf(difference?.lower ?? null),
    gainUpper: worthOf(difference?.upper ?? null),
    net:
      gain === null || cost === null || gain.currency !== cost.currency
        ? null
        : toMoney(decimal(gain.amount).minus(cost.amount), gain.currency),
  };
}

interface Measured {
  readonly value: number;
  readonly lower: number | null;
  readonly upper: number | null;
}

function computeImprovement(metric: string, before: Measured, after: Measured) {
  const [better, worse] = isLowerBetter(metric) ? [before, after] : [after, before];
  const value = better.value - worse.value;
  const exact = (units: number) => decimal(units.toFixed(DIGITS));
  const [low, high] = [better, worse].map(({ lower, upper }) => lower !== null && upper !== null);
  if (!low || !high) return { value: exact(value), lower: null, upper: null };
  const reach = (one: number, other: number) => Math.hypot(one, other);
  const down = reach(better.value - (better.lower ?? 0), (worse.upper ?? 0) - worse.value);
  const up = reach((better.upper ?? 0) - better.value, worse.value - (worse.lower ?? 0));
  return { value: exact(value), lower: exact(value - down), upper: exact(value + up) };
}

/** The part of an expected gain that falls on the time since the rollout. Example: 120 USD over 30 days, 10 days on -> 40 USD. */
export function computeExpectedGain(gain: Money | null, horizon: Period, { start, end }: Period): Money | null {
  if (gain === null) return null;
  const [whole, passed] = [measureSpanMs(horizon), measureSpanMs({ start, end })];
  return toMoney(decimal(gain.amount).times(Math.min(passed, whole)).dividedBy(whole), gain.currency);
}

function measureSpanMs({ start, end }: Period): number {
  return Date.parse(end) - Date.parse(start);
}
