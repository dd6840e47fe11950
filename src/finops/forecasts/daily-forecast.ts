import type { BacktestResult } from '../forecasting/index.ts';
import { findSeasons, forecastSeries, LEAST_VALUES } from '../forecasting/index.ts';
import { findMonthlyCharges, type MonthlyCharges } from './monthly-charges.ts';

const WEEK = 7;
const LEVELS = [0.8, 0.95];
/** Minimum number of known days before an origin: two weeks and two days. */
const LEAST_BEFORE = 2 * WEEK + 2;
const MOST_ORIGINS = 16;
/** Number of horizons before the end that contain the origins; older errors are less relevant. */
const HORIZONS = 12;
const LEAST_SHARE = 0.3;
/** A series without cost for this many days has ended. */
const ENDED_AFTER = 35;
/** Number of error vectors for a series without a back-test. */
const GUESSED = 8;

/** Forecast of the next days of one daily series, and the errors of such forecasts. */
export interface DailyForecast {
  readonly mean: Float64Array;
  /**
   * Actual minus forecast, from each earlier origin, for every day of the horizon; the same number of vectors for every
   * series of one run.
   */
  readonly errors: readonly Float64Array[];
  /** Number of these vectors that come from a back-test; the others repeat them or are guessed. */
  readonly tried: number;
  /** Null without a back-test. */
  readonly backtest: BacktestResult | null;
  /** Days of the month with recurring charges that are expected again. */
  readonly monthlyDays: readonly number[];
  /** Remark for the reader; null if there is none. */
  readonly note: string | null;
}

/**
 * Days before the end from which a series is back-tested, descending. They are evenly spaced, never by a multiple of a week,
 * so that they cover all weekdays; the whole horizon after each is known. Empty if the history is too short. Example: 100
 * days, 10 ahead -> 69, 64 … 14 or so.
 */
export function computeStepsBack(count: number, horizon: number): number[] {
  const most = Math.min(HORIZONS * horizon, Math.floor((1 - LEAST_SHARE) * count), count - LEAST_BEFORE);
  if (most < horizon) return [];
  let distance = Math.max(1, Math.ceil((most - horizon + 1) / MOST_ORIGINS));
  if (distance % WEEK === 0) distance += 1;
  const back: number[] = [];
  for (let at = horizon; at <= most && back.length < MOST_ORIGINS; at += distance) back.unshift(at);
  return back;
}

/**
 * Forecasts the next days of a daily series; an unknown day is NaN, never zero. `first` is the number of its first day,
 * `stepsBack` the origins of the back-test (those of the whole bill, so that errors of several series can be added up).
 * Pure.
 */
export function forecastDays(
  series: Float64Array,
  first: number,
  horizon: number,
  stepsBack: readonly number[],
): DailyForecast {
  const start = series.findIndex((value) => !Number.isNaN(value) && value !== 0);
  const seen = start < 0 ? 0 : series.subarray(start).reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : 1), 0);
  if (start < 0) return forecastFlat(0, horizon, stepsBack, 'It has cost nothing so far.');
  if (hasEnded(series)) return forecastFlat(0, horizon, stepsBack, `It has cost nothing for ${ENDED_AFTER} days.`);
  const own = series.subarray(start);
  if (seen < LEAST_VALUES) return guess(own, seen, horizon, stepsBack);
  const monthly = findMonthlyCharges(own, first + start);
  const seasons = findSeasons(monthly.rest, [WEEK]);
  const back = stepsBack.filter((steps) => own.length - steps >= LEAST_BEFORE);
  const forecast = forecastSeries(monthly.rest, { horizon, seasons, levels: LEVELS, stepsBack: back });
  const behind = first + series.length;
  const tried = forecast.method === 'constant' ? back.map(() => new Float64Array(horizon)) : forecast.pastErrors;
  const errors = tried.map((vector, index) => addSurprises(vector, monthly, behind - (back[index] as number), horizon));
  return {
    mean: forecast.mean.map((value, step) => value + monthly.expected(behind + step)),
    errors: fillMissingErrors(errors, stepsBack, back) ?? simulateWalkErrors(own, horizon, stepsBack),
    tried: errors.length,
    backtest: forecast.backtest.outcomes === 0 ? null : forecast.backtest,
    monthlyDays: monthly.days,
    note: buildNote(forecast.method, errors.length),
  };
}

function buildNote(method: string, tried: number): string | null {
  if (method === 'constant') return 'Every day cost the same.';
  return tried === 0 ? 'Too short to be tried on itself: the intervals are a guess.' : null;
}

function hasEnded(series: Float64Array): boolean {
  return series.length > ENDED_AFTER && series.subarray(-ENDED_AFTER).every((value) => value === 0);
}

/** Missing outcomes count as the mean of those that are known. */
function addSurprises(vector: Float64Array, monthly: MonthlyCharges, from: number, horizon: number): Float64Array {
  const known = vector.filter((error) => !Number.isNaN(error));
  const mean = known.length === 0 ? 0 : known.reduce((sum, error) => sum + error, 0) / known.length;
  return Float64Array.from({ length: horizon }, (_, step) => {
    const error = vector[step];
    return (error === undefined || Number.isNaN(error) ? mean : error) + monthly.surprise(from + step);
  });
}

/** Fills in the vectors of origins before the series began: they repeat the back-tested ones, with alternating sign. */
function fillMissingErrors(
  errors: readonly Float64Array[],
  stepsBack: readonly number[],
  back: readonly number[],
): Float64Array[] | null {
  if (errors.length === 0) return null;
  let repeated = 0;
  return stepsBack.map((steps) => {
    const own = errors[back.indexOf(steps)];
    if (own !== undefined) return own;
    const sign = Math.floor(repeated / errors.length) % 2 === 0 ? -1 : 1;
    const again = errors[repeated % errors.length] as Float64Array;
    repeated += 1;
    return again.map((error) => sign * error);
  });
}

const countOrigins = (stepsBack: readonly number[]) => (stepsBack.length === 0 ? GUESSED : stepsBack.length);

/** Changes from day to day that add up. */
function simulateWalkErrors(series: Float64Array, horizon: number, stepsBack: readonly number[]): Float64Array[] {
  let squares = 0;
  let count = 0;
  for (let at = 1; at < series.length; at += 1) {
    const change = (series[at] as number) - (series[at - 1] as number);
    if (Number.isNaN(change)) continue;
    squares += change * change;
    count += 1;
  }
  const deviation = Math.sqrt(squares / Math.max(1, count));
  return Array.from({ length: countOrigins(stepsBack) }, (_, index) =>
    new Float64Array(horizon).map((_zero, step) => (index % 2 === 0 ? 1 : -1) * deviation * Math.sqrt(step + 1)),
  );
}

function forecastFlat(value: number, horizon: number, stepsBack: readonly number[], note: string): DailyForecast {
  return {
    mean: new Float64Array(horizon).fill(value),
    errors: Array.from({ length: countOrigins(stepsBack) }, () => new Float64Array(horizon)),
    ...{ tried: 0, backtest: null, monthlyDays: [], note },
  };
}

/** Of one to three days: their mean, and anything between nothing and twice that. */
function guess(series: Float64Array, seen: number, horizon: number, stepsBack: readonly number[]): DailyForecast {
  const mean = series.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : value), 0) / seen;
  const errors = Array.from({ length: countOrigins(stepsBack) }, (_, index) =>
    new Float64Array(horizon).fill(index % 2 === 0 ? mean : -mean),
  );
  const note = `It has begun ${seen === 1 ? 'a day' : `${seen} days`} ago: the mean so far, and a guess how wrong that is.`;
  return { ...forecastFlat(mean, horizon, stepsBack, note), errors };
}
