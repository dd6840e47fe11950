import { computeQuantile } from '../../platform/numbers/index.ts';
import { decimal, decimalString, sumDecimals } from '../../platform/units/index.ts';
import { approximateStudentQuantile, estimateConformalSpread } from '../forecasting/index.ts';
import { formatDay } from './days.ts';
import type { Outlook } from './outlook.ts';
import type { Reach } from './panel.ts';
import { computeErrorsOnDay, sumRunningErrors } from './paths.ts';
import type { Breach, Estimate, ForecastDay, LedgerBacktest } from './schema.ts';

/** Minimum share of the paths for a day to be named. */
const LEAST_PROBABILITY = 0.05;
const DAY_SHARES = [0.05, 0.5, 0.95] as const;
const LEAST_TRIED = 5;
const CENTS = 2;
const SMALL_DIGITS = 6;

/** A stretch of days [from, until), by number. */
export interface DayWindow {
  readonly from: number;
  readonly until: number;
}

/** Parameters that turn past errors into paths. */
export interface Paths {
  readonly mixes: readonly Float64Array[];
  readonly degrees: number;
  /** Horizons that the earlier times span. */
  readonly horizons: number;
}

/** Forecast cost of a window, from paths. */
export interface WindowForecast {
  readonly known: string;
  readonly forecast: Estimate;
  readonly changes: string;
  readonly breach: Breach | null;
  readonly days: ForecastDay[];
  readonly backtest: LedgerBacktest | null;
}

/**
 * Sums a window: the complete days exactly, the next days by paths that keep the correlation of past errors. The interval of
 * the total is that of the sum over each path, not the sum of the daily intervals. Null with a reason if a day of the window
 * is unknown.
 */
export function forecastWindow(
  outlook: Outlook,
  reach: Reach,
  window: DayWindow,
  paths: Paths,
  limit: string | null,
): WindowForecast | { readonly reason: string } {
  const gap = findUnknownDay(outlook, reach, window);
  if (gap !== null) return { reason: gap };
  const known = sumKnown(outlook, reach, window);
  const first = reach.through + 1;
  const [start, end] = [Math.max(0, window.from - first), Math.max(0, window.until - first)];
  const sums = computeSumsByDay(outlook, paths, Number(known), start, end);
  const rest = sums.at(-1)?.mean ?? Number(known);
  const estimate =
    sums.length === 0 ? buildExactEstimate(known) : buildEstimate(sums.at(-1) as DaySums, known, outlook.mayBeNegative);
  return {
    known,
    forecast: estimate,
    changes: formatAmount(outlook.effect.slice(start, end).reduce((sum, day) => sum + day, 0)),
    breach: limit === null ? null : estimateBreach(outlook, reach, window, { known, limit, sums, start, mean: rest }),
    days: buildForecastDays(outlook, paths, first, start, sums),
    backtest: backtestWindow(outlook, paths, start, end),
  };
}

/** Running total of the window at the end of a future day: expected, and in every path. */
interface DaySums {
  readonly mean: number;
  readonly paths: Float64Array;
  readonly sorted: Float64Array;
}

function computeSumsByDay(outlook: Outlook, { mixes }: Paths, known: number, start: number, end: number): DaySums[] {
  const running = sumRunningErrors(outlook.errors.map((vector) => vector.subarray(start)));
  let mean = known;
  return Array.from({ length: Math.max(0, end - start) }, (_, step) => {
    mean += outlook.mean[start + step] as number;
    const paths = computeErrorsOnDay(running, mixes, step).map((error) => mean + error);
    return { mean, paths, sorted: paths.toSorted() };
  });
}

function findUnknownDay({ series }: Outlook, { first, through }: Reach, { from, until }: DayWindow): string | null {
  if (from < first)
    return `Its window begins on ${formatDay(from)}, before the first day that is looked at, ${formatDay(first)}.`;
  for (let day = from; day < until && day <= through; day += 1) {
    if (Number.isNaN(series.values[day - first])) return `No bill covers ${formatDay(day)}.`;
  }
  return null;
}

function sumKnown({ series }: Outlook, { through }: Reach, { from, until }: DayWindow): string {
  const inside = [...series.amounts].filter(([day]) => day >= from && day < until && day <= through);
  return sumDecimals(inside.map(([, amount]) => amount));
}

function buildExactEstimate(known: string): Estimate {
  return { mean: known, lo80: known, hi80: known, lo95: known, hi95: known };
}

/** Of the paths, of which there are always some. */
function findQuantile(sorted: Float64Array, share: number): number {
  return computeQuantile(sorted, share) as number;
}

function buildEstimate({ mean, sorted }: DaySums, known: string, mayBeNegative: boolean): Estimate {
  const least = mayBeNegative ? Number.NEGATIVE_INFINITY : Number(known);
  const text = (value: number) => formatAmount(Math.max(least, value));
  const [lo95, lo80, hi80, hi95] = [0.025, 0.1, 0.9, 0.975].map((share) => text(findQuantile(sorted, share)));
  return { mean: text(mean), lo80: lo80 ?? '', hi80: hi80 ?? '', lo95: lo95 ?? '', hi95: hi95 ?? '' };
}

/** Two decimals; six below one. */
export function formatAmount(value: number): string {
  return decimalString(value.toFixed(Math.abs(value) >= 1 ? CENTS : SMALL_DIGITS));
}

interface Limited {
  readonly known: string;
  readonly limit: string;
  readonly sums: readonly DaySums[];
  readonly start: number;
  readonly mean: number;
}

function estimateBreach(outlook: Outlook, reach: Reach, window: DayWindow, limited: Limited): Breach {
  const { known, limit, sums, start, mean } = limited;
  const allowed = Number(limit);
  const overRatio = allowed === 0 ? null : mean / allowed - 1;
  const passed = findBreachDay(outlook, reach, window, limit);
  if (passed !== null && decimal(known).greaterThan(limit)) {
    return { limit, probability: 1, overRatio, day: passed, firstDay: passed, lastDay: passed };
  }
  const last = sums.at(-1)?.paths ?? new Float64Array();
  const days: number[] = [];
  for (const [path, total] of last.entries()) {
    if (total > allowed) days.push(sums.findIndex(({ paths }) => (paths[path] as number) > allowed));
  }
  const probability = last.length === 0 ? 0 : days.length / last.length;
  if (probability < LEAST_PROBABILITY)
    return { limit, probability, overRatio, day: null, firstDay: null, lastDay: null };
  const sorted = Float64Array.from(days).sort();
  const [firstDay = null, day = null, lastDay = null] = DAY_SHARES.map((share) =>
    formatDay(reach.through + 1 + start + (sorted[Math.floor(share * (sorted.length - 1))] as number)),
  );
  return { limit, probability, overRatio, day, firstDay, lastDay };
}

/** The known day on which the limit was passed; null when it was not. */
function findBreachDay(
  { series }: Outlook,
  { through }: Reach,
  { from, until }: DayWindow,
  limit: string,
): string | null {
  let sum = decimal('0');
  for (let day = from; day < until && day <= through; day += 1) {
    sum = sum.plus(series.amounts.get(day) ?? '0');
    if (sum.greaterThan(limit)) return formatDay(day);
  }
  return null;
}

function buildForecastDays(
  outlook: Outlook,
  { horizons }: Paths,
  first: number,
  start: number,
  sums: readonly DaySums[],
): ForecastDay[] {
  const spread = estimateConformalSpread(outlook.errors, Math.max(1, horizons));
  const floor = outlook.mayBeNegative ? Number.NEGATIVE_INFINITY : 0;
  const count = Math.min(outlook.mean.length, start + sums.length);
  return Array.from({ length: count }, (_, step) => {
    const mean = outlook.mean[step] as number;
    const ends = (level: number): [number, number] => {
      const half = spread?.halfWidth(level, step) ?? 0;
      return [Math.max(floor, mean - half), Math.max(floor, mean + half)];
    };
    const [lo80, hi80] = ends(0.8);
    const [lo95, hi95] = ends(0.95);
    const sum = step < start ? undefined : sums[step - start];
    return {
      ...{ day: formatDay(first + step), mean, lo80, hi80, lo95, hi95, changes: outlook.effect[step] as number },
      running: sum === undefined ? null : buildRunningEstimate(sum),
    };
  });
}

function buildRunningEstimate({ mean, sorted }: DaySums): NonNullable<ForecastDay['running']> {
  return {
    mean,
    lo80: findQuantile(sorted, 0.1),
    hi80: findQuantile(sorted, 0.9),
    lo95: findQuantile(sorted, 0.025),
    hi95: findQuantile(sorted, 0.975),
  };
}

/** Judges the sum over the remaining days at each origin by an interval from the errors of the other origins. */
function backtestWindow(outlook: Outlook, { degrees }: Paths, start: number, end: number): LedgerBacktest | null {
  const { backtest, tried } = outlook.daily;
  if (backtest === null) return null;
  const [coverage80 = null, coverage95 = null] = backtest.coverage.map(({ share }) => share);
  const facts = { origins: tried, mase: backtest.mase, coverage80, coverage95 };
  const days = end > start ? [start, end] : [0, outlook.mean.length];
  const totals = outlook.errors.map((vector) => vector.slice(...days).reduce((sum, error) => sum + error, 0));
  const size = Math.abs(outlook.mean.slice(...days).reduce((sum, day) => sum + day, 0));
  if (tried < Math.min(LEAST_TRIED, outlook.errors.length) || size === 0) {
    return { ...facts, totalErrorRatio: null, totalCoverage80: null };
  }
  const squares = totals.reduce((sum, total) => sum + total * total, 0);
  const wide = approximateStudentQuantile(0.9, degrees);
  const held = totals.filter((total) => {
    const others = Math.sqrt((squares - total * total) / Math.max(1, totals.length - 1));
    return Math.abs(total) <= wide * others;
  });
  const absolute = totals.reduce((sum, total) => sum + Math.abs(total), 0) / totals.length;
  return { ...facts, totalErrorRatio: absolute / size, totalCoverage80: held.length / totals.length };
}
