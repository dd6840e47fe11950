import { type Trials, tryCandidates } from './backtest.ts';
import { type BacktestResult, judge, type Round } from './backtest-result.ts';
import { combine, computeWeights, dropUnbelievable, type ErrorSums, meanErrors, sumErrors } from './combination.ts';
import { estimateConformalSpread, estimateWalkSpread, type Spread } from './conformal.ts';
import { fillGaps } from './gaps.ts';
import { buildHistory } from './history.ts';

export interface SeriesForecastOptions {
  /** Steps ahead, 1 or more. */
  readonly horizon: number;
  /** Lengths of the seasons in steps, such as 7 for days; those without two full cycles are left out. */
  readonly seasons: readonly number[];
  /** Probabilities of the intervals, each within 0..1. */
  readonly levels: readonly number[];
  /** Earlier times to forecast from, as counts of values that follow, descending; left out: up to ten. */
  readonly stepsBack?: readonly number[];
}

/** An interval for each step, and the probability with which it contains the outcome. */
export interface Interval {
  readonly level: number;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** A candidate with its weight in the combination, and its error at the earlier origins. */
export interface Member {
  readonly name: string;
  /** Share of the forecast, 0..1; all add up to 1. */
  readonly weight: number;
  /** Mean absolute scaled error; null if unknown. */
  readonly mase: number | null;
}

export interface SeriesForecast {
  readonly mean: Float64Array;
  readonly intervals: readonly Interval[];
  /** `combination`, or `constant` if all values are equal. */
  readonly method: 'combination' | 'constant';
  readonly members: readonly Member[];
  readonly backtest: BacktestResult;
  /** Number of missing values that were filled. */
  readonly filled: number;
  /**
   * Outcome minus forecast from each earlier origin, in the order of `stepsBack`, up to the horizon or the end of the
   * series. The weights come from the other origins. NaN if the outcome is unknown. Empty without a back-test.
   */
  readonly pastErrors: readonly Float64Array[];
}

/** Maximum number of values; older ones are ignored. */
export const MOST_VALUES = 5000;
/** Minimum number of known values for a forecast. */
export const LEAST_VALUES = 4;

/**
 * Forecasts the next values of an evenly spaced series, with intervals. Several methods forecast from earlier origins of the
 * series. Their weights and the widths of the intervals come from their errors. A missing value is NaN: it is filled for the
 * methods and never used to judge them. A series without a negative value gets no negative forecast. It uses the last 5,000
 * values, at least four of which must be known; the caller checks the rest. Pure: the same series gives the same forecast.
 * Example: 20, 20, 20, 20 gives 20 with an interval of zero width.
 */
export function forecastSeries(series: ArrayLike<number>, options: SeriesForecastOptions): SeriesForecast {
  const { horizon, levels } = options;
  const recent = Float64Array.from(series).subarray(Math.max(0, series.length - MOST_VALUES));
  const seasons = options.seasons.filter((period) => period > 1 && recent.length >= 2 * period);
  const periods = [...new Set(seasons)].toSorted((a, b) => a - b);
  const { values, known, filled } = fillGaps(recent, periods[0] ?? 1);
  const size = measureSize(values);
  if (size === null) return forecastConstant(values[0] as number, horizon, levels, filled);
  const scaled = values.map((value) => value / size);
  const from = options.stepsBack?.map((back) => values.length - back) ?? null;
  const trials = tryCandidates(buildHistory(scaled, periods), horizon, from);
  const sums = sumErrors(trials, scaled, known);
  const errors = meanErrors(sums, null);
  const weights = dropUnbelievable(computeWeights(errors, trials.candidates), trials.future, scaled);
  const tested: Tested = { trials, sums, scaled, known, horizon };
  const spread = estimateSpread(tested, weights, null) ?? estimateWalkSpread(scaled);
  const mean = combine(trials.future, weights);
  const floor = recent.some((value) => value < 0) ? Number.NEGATIVE_INFINITY : 0;
  const naive = computeNaiveError(scaled, known, periods[0] ?? 1);
  const rounds = buildRounds(tested);
  return {
    mean: mean.map((value) => size * Math.max(floor, value)),
    intervals: levels.map((level) => ({
      level,
      low: mean.map((value, step) => size * Math.max(floor, value - spread.halfWidth(level, step))),
      high: mean.map((value, step) => size * Math.max(floor, value + spread.halfWidth(level, step))),
    })),
    method: 'combination',
    members: buildMembers(trials, weights, errors, naive),
    backtest: judge(rounds, levels, naive),
    filled,
    pastErrors: rounds.map(({ errors }) => errors.map((error) => size * error)),
  };
}

/** A divisor below this has too few significant digits. */
const LEAST_SIZE = 1e-250;

/** Back-test results of the candidates. */
interface Tested {
  readonly trials: Trials;
  readonly sums: ErrorSums;
  readonly scaled: Float64Array;
  readonly known: Uint8Array;
  readonly horizon: number;
}

/** Errors of the combination, by origin and step; NaN if the outcome is unknown. */
function computeErrors({ trials, scaled, known }: Tested, weights: Float64Array, origin: number): Float64Array {
  const from = trials.origins[origin] as number;
  const forecast = combine(
    trials.past.map((byOrigin) => byOrigin[origin] as Float64Array),
    weights,
  );
  return forecast.map((value, step) =>
    known[from + step] === 1 ? (scaled[from + step] as number) - value : Number.NaN,
  );
}

function estimateSpread(tested: Tested, weights: Float64Array, without: number | null): Spread | null {
  const { origins } = tested.trials;
  const used = origins.map((_, origin) => origin).filter((origin) => origin !== without);
  if (used.length === 0) return null;
  const horizons = Math.max(1, (tested.scaled.length - (origins[0] as number)) / tested.horizon);
  return estimateConformalSpread(
    used.map((origin) => computeErrors(tested, weights, origin)),
    horizons,
  );
}

/** Every origin is judged by the weights and widths that the others give. */
function buildRounds(tested: Tested): Round[] {
  return tested.trials.origins.map((from, origin) => {
    const weights = computeWeights(meanErrors(tested.sums, origin), tested.trials.candidates);
    const spread = estimateSpread(tested, weights, origin);
    const errors = computeErrors(tested, weights, origin);
    return { errors, outcomes: tested.scaled.subarray(from, from + errors.length), spread };
  });
}

/** Mean absolute value; null when all values are the same, or too small to divide by, so that nothing is to be learned. */
function measureSize(values: Float64Array): number | null {
  let greatest = 0;
  let differ = false;
  for (const value of values) {
    greatest = Math.max(greatest, Math.abs(value));
    differ ||= value !== values[0];
  }
  if (!differ || greatest < LEAST_SIZE) return null;
  let sum = 0;
  for (const value of values) sum += Math.abs(value) / greatest;
  return (sum / values.length) * greatest;
}

function forecastConstant(value: number, horizon: number, levels: readonly number[], filled: number): SeriesForecast {
  const mean = new Float64Array(horizon).fill(value);
  return {
    mean,
    intervals: levels.map((level) => ({ level, low: mean, high: mean })),
    method: 'constant',
    members: [],
    backtest: judge([], levels, null),
    filled,
    pastErrors: [],
  };
}

/** Mean absolute change over one season, of the observed values; null if there is none, or it is zero. */
function computeNaiveError(values: Float64Array, known: Uint8Array, period: number): number | null {
  let sum = 0;
  let count = 0;
  for (let at = period; at < values.length; at += 1) {
    if (known[at] === 0 || known[at - period] === 0) continue;
    sum += Math.abs((values[at] as number) - (values[at - period] as number));
    count += 1;
  }
  return sum > 0 ? sum / count : null;
}

function buildMembers(trials: Trials, weights: Float64Array, errors: Float64Array, naive: number | null): Member[] {
  return trials.candidates
    .map(({ name }, index) => {
      const error = errors[index] as number;
      return {
        name,
        weight: weights[index] as number,
        mase: naive === null || !Number.isFinite(error) ? null : error / naive,
      };
    })
    .toSorted((first, second) => second.weight - first.weight);
}
