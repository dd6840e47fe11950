import { fillGaps } from './gaps.ts';

/** Whole cycles that must be known before a season is looked for. */
const LEAST_CYCLES = 4;
/** Profiles of the older and the newer half must agree by this correlation at least; short ones by more. */
const LEAST_AGREEMENT = 0.5;
const MOST_AGREEMENT = 0.9;

/**
 * The candidate periods with a real season: the mean profile of the older half of the cycles, without their trend,
 * correlates with that of the newer half by at least `2 / sqrt(period - 1)`, within 0.5 to 0.9. A longer period is tested on
 * the rest after the shorter ones. NaN is missing. Example: [7, 365] of a year of days with quiet weekends -> [7].
 */
export function findSeasons(series: ArrayLike<number>, candidates: readonly number[]): number[] {
  const found: number[] = [];
  const { values } = fillGaps(series, 1);
  for (const period of candidates.toSorted((first, second) => first - second)) {
    const cycles = Math.floor(values.length / period);
    if (period < 2 || cycles < LEAST_CYCLES) continue;
    const rest = subtractTrend(values, period);
    for (const shorter of found) takeOff(rest, computeProfile(rest, shorter, 0, rest.length));
    const half = period * (cycles >> 1);
    const older = computeProfile(rest, period, rest.length - 2 * half, rest.length - half);
    const newer = computeProfile(rest, period, rest.length - half, rest.length);
    const wanted = Math.min(MOST_AGREEMENT, Math.max(LEAST_AGREEMENT, 2 / Math.sqrt(period - 1)));
    if (computeCorrelation(older, newer) >= wanted) found.push(period);
  }
  return found;
}

/** Less the mean of one period around each value; at the ends that of the nearest whole one. */
function subtractTrend(values: Float64Array, period: number): Float64Array {
  const count = values.length;
  const sums = new Float64Array(count + 1);
  for (let at = 0; at < count; at += 1) sums[at + 1] = (sums[at] as number) + (values[at] as number);
  return values.map((value, at) => {
    const from = Math.min(Math.max(0, at - (period >> 1)), count - period);
    return value - ((sums[from + period] as number) - (sums[from] as number)) / period;
  });
}

/** Means by phase of the values in [from, to). */
function computeProfile(values: Float64Array, period: number, from: number, to: number): Float64Array {
  const sums = new Float64Array(period);
  const counts = new Float64Array(period);
  for (let at = from; at < to; at += 1) {
    sums[at % period] = (sums[at % period] as number) + (values[at] as number);
    counts[at % period] = (counts[at % period] as number) + 1;
  }
  return sums.map((sum, phase) => sum / (counts[phase] as number));
}

function takeOff(values: Float64Array, means: Float64Array): void {
  for (let at = 0; at < values.length; at += 1) {
    values[at] = (values[at] as number) - (means[at % means.length] as number);
  }
}

/** Pearson's correlation; 0 when one of them does not vary. */
function computeCorrelation(first: Float64Array, second: Float64Array): number {
  const means = [first, second].map((values) => values.reduce((sum, value) => sum + value, 0) / values.length);
  let both = 0;
  let one = 0;
  let other = 0;
  for (let at = 0; at < first.length; at += 1) {
    const left = (first[at] as number) - (means[0] as number);
    const right = (second[at] as number) - (means[1] as number);
    both += left * right;
    one += left * left;
    other += right * right;
  }
  return one === 0 || other === 0 ? 0 : both / Math.sqrt(one * other);
}

/**
 * The seasons that a forecast uses. Of the given ones (`told`): the shortest, and longer ones that the series confirms.
 * Without given ones: those of `usual` that the series confirms.
 */
export function selectSeasons(
  series: Float64Array,
  told: readonly number[] | null,
  usual: readonly number[],
): number[] {
  if (told === null) return findSeasons(series, usual);
  const ascending = [...new Set(told)].toSorted((first, second) => first - second);
  const [shortest, ...longer] = ascending;
  if (shortest === undefined) return [];
  const found = longer.length === 0 ? [] : findSeasons(series, ascending);
  return ascending.filter((period) => period === shortest || found.includes(period));
}
