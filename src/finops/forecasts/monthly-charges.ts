import { findMonthStart, findNextMonth, getDayOfMonth } from './days.ts';

/** Minimum number of consecutive months with a charge on one day of the month before it is expected again. */
const LEAST_MONTHS = 3;
/** Number of months before; their median is the expected charge. */
const MONTHS_LOOKED_AT = 3;
/** Number of neighbours on each side that give the cost of the day without the charge. */
const NEIGHBOURS = 5;
/** A charge stands out if it is this many typical distances of its neighbours above their median, and this share of it. */
const LEAST_DISTANCES = 6;
const LEAST_SHARE = 0.5;

/** Charges that recur once a month, such as a commitment's fee on the 1st, separated from the daily cost. */
export interface MonthlyCharges {
  /** The series without these charges; NaN stays NaN. */
  readonly rest: Float64Array;
  /** Expected charge on a day after the series; 0 if none is expected. */
  expected(day: number): number;
  /** Charge on a day of the series, minus the charge expected for that day; 0 on other days. */
  surprise(day: number): number;
  /** Days of the month (1 to 31) on which these charges recur. */
  readonly days: readonly number[];
}

/**
 * Finds charges that are high on the same day of each of the last three months or more. The next one is expected at the
 * median of the last three. `first` is the day of the first value. Example: 10 a day and 310 on every 1st -> a rest of 10 on
 * every day, and 300 expected on the next 1st.
 */
export function findMonthlyCharges(series: Float64Array, first: number): MonthlyCharges {
  const rest = Float64Array.from(series);
  const expectedOn = new Map<number, number>();
  const surprises = new Map<number, number>();
  for (const [number, excesses] of groupExcesses(series, first)) {
    const run = findLastRun(excesses, first + series.length);
    if (run.length < LEAST_MONTHS) continue;
    expectedOn.set(number, computeMedian(run.slice(-MONTHS_LOOKED_AT).map(({ excess }) => excess)));
    for (const [index, { day, excess }] of run.entries()) {
      rest[day - first] = (rest[day - first] as number) - excess;
      const before = run.slice(Math.max(0, index - MONTHS_LOOKED_AT), index).map((one) => one.excess);
      if (before.length > 0) surprises.set(day, excess - computeMedian(before));
    }
  }
  return {
    rest,
    expected: (day) => expectedOn.get(getDayOfMonth(day)) ?? 0,
    surprise: (day) => surprises.get(day) ?? 0,
    days: [...expectedOn.keys()].toSorted((one, other) => one - other),
  };
}

interface Excess {
  readonly day: number;
  readonly excess: number;
}

function groupExcesses(series: Float64Array, first: number): Map<number, Excess[]> {
  const found = new Map<number, Excess[]>();
  for (let at = 0; at < series.length; at += 1) {
    const excess = computeExcessAt(series, at);
    if (excess === null) continue;
    const number = getDayOfMonth(first + at);
    found.set(number, [...(found.get(number) ?? []), { day: first + at, excess }]);
  }
  return found;
}

function computeExcessAt(series: Float64Array, at: number): number | null {
  const value = series[at] as number;
  if (Number.isNaN(value)) return null;
  const around: number[] = [];
  for (let near = Math.max(0, at - NEIGHBOURS); near <= Math.min(series.length - 1, at + NEIGHBOURS); near += 1) {
    const other = series[near] as number;
    if (near !== at && !Number.isNaN(other)) around.push(other);
  }
  if (around.length < NEIGHBOURS) return null;
  const usual = computeMedian(around);
  const distance = computeMedian(around.map((other) => Math.abs(other - usual)));
  const excess = value - usual;
  const least = Math.max(LEAST_DISTANCES * distance, LEAST_SHARE * Math.abs(usual));
  return Math.abs(excess) > least && excess !== 0 ? excess : null;
}

/** The last months without a gap, up to the last time that the day could recur before `end`. */
function findLastRun(excesses: readonly Excess[], end: number): Excess[] {
  const run: Excess[] = [];
  const last = excesses.at(-1);
  // The charge has ended if its day recurred without it.
  if (last === undefined || findNextMonth(last.day) + getDayOfMonth(last.day) - 1 < end) return run;
  for (const one of excesses.toReversed()) {
    const [later] = run;
    if (later !== undefined && findNextMonth(one.day) !== findMonthStart(later.day)) break;
    if (later !== undefined && Math.sign(later.excess) !== Math.sign(one.excess)) break;
    run.unshift(one);
  }
  return run;
}

function computeMedian(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
