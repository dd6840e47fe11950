import { binCounts, doaneEdges, evenEdges, placeOf } from './bins.ts';
import type { ColumnPair } from './column.ts';
import { wasserstein } from './distances/between-distributions.ts';
import { jensenShannon, largestDifference, rootHellinger, type SharePair } from './distances/between-shares.ts';
import { kolmogorovSmirnov } from './distances/kolmogorov-smirnov.ts';
import { distanceOf, type Measured } from './measured.ts';
import type { Method } from './method.ts';
import { momentsOf } from './moments.ts';
import { type CountPair, type NumericPair, sharesOf, total } from './samples.ts';
import { contingency } from './tests/chi-square.ts';

/** NannyML keeps the reference row by row below this, and 10,000 equal bins of it from here on. */
const BINNED_FROM = 10_000;
const BINS = 10_000;
/** Number of chunks of the reference; their figures give the normal range. */
const CHUNKS = 10;
const DEVIATIONS = 3;

/** Shares over the reference's own bins, and one more bin for values outside of them. */
function doaneShares({ reference, current, integral }: NumericPair): SharePair {
  const edges = doaneEdges(reference, integral);
  return withLeftover(sharesOf(binCounts(reference, edges)), current.length, binCounts(current, edges));
}

/** Shares over the reference's own levels, and one more for levels that it lacks. */
function levelShares({ reference, current }: CountPair): SharePair {
  const known = reference.filter((count) => count > 0);
  const found = current.filter((_, at) => (reference[at] ?? 0) > 0);
  return withLeftover(sharesOf(known), total(current), found);
}

function withLeftover(reference: Float64Array, rows: number, counts: Float64Array): SharePair {
  const current = counts.map((count) => count / rows);
  const leftover = 1 - total(current);
  if (leftover <= 0) return { reference, current };
  return { reference: appended(reference, 0), current: appended(current, leftover) };
}

function appended(values: Float64Array, value: number): Float64Array {
  const longer = new Float64Array(values.length + 1);
  longer.set(values);
  longer[values.length] = value;
  return longer;
}

function binnedKolmogorovSmirnov(pair: NumericPair): number {
  const { reference, current } = pair;
  if (reference.length < BINNED_FROM) return kolmogorovSmirnov(pair);
  const edges = evenEdges(reference[0] ?? 0, reference.at(-1) ?? 0, BINS);
  const [inReference, inCurrent] = [binCounts(reference, edges), binCounts(current, edges)];
  let [i, j] = [0, placeOf(current, edges[0] ?? 0, false)];
  return inReference.reduce((most, count, at) => {
    i += count;
    j += inCurrent[at] ?? 0;
    return Math.max(most, Math.abs(i / reference.length - j / current.length));
  }, 0);
}

/** Not normed. With bins the values outside of the reference's range are counted as NannyML does, with (n + 1) / N. */
function binnedWasserstein(pair: NumericPair): number {
  const { reference, current } = pair;
  if (reference.length < BINNED_FROM) return wasserstein(pair);
  const [least, most] = [reference[0] ?? 0, reference.at(-1) ?? 0];
  const edges = evenEdges(least, most, BINS);
  const below = current.subarray(0, placeOf(current, least, false));
  const above = current.subarray(placeOf(current, most, true));
  const amountBelow = below.length === 0 ? 0 : (below.length + 1) / current.length;
  const amountAbove = above.length === 0 ? 0 : (above.length + 1) / current.length;
  const [inReference, inCurrent] = [binCounts(reference, edges), binCounts(current, edges)];
  let [p, q, within] = [0, amountBelow, 0];
  inReference.forEach((count, at) => {
    p += count / reference.length;
    q += (inCurrent[at] ?? 0) / current.length;
    within += Math.abs(p - q) * ((edges[1] ?? 0) - least);
  });
  const tailBelow = amountBelow * areaUnder(appended(below, least));
  const tailAbove = above.length === 0 ? 0 : amountAbove * areaAbove(above, most);
  return within + tailBelow + tailAbove;
}

/** Area under the distribution function of a sorted sample up to its last value. */
function areaUnder(sorted: Float64Array): number {
  let area = 0;
  for (let at = 1; at < sorted.length; at += 1)
    area += (at / sorted.length) * ((sorted[at] ?? 0) - (sorted[at - 1] ?? 0));
  return area;
}

/** Area above it, from `start` on, which is a value of the sample itself. */
function areaAbove(sorted: Float64Array, start: number): number {
  const length = sorted.length + 1;
  let [area, before] = [0, start];
  sorted.forEach((value, at) => {
    area += (1 - (at + 1) / length) * (value - before);
    before = value;
  });
  return area;
}

type Numerical = (pair: NumericPair) => Measured;
type Categorical = (counts: CountPair) => Measured;

/**
 * Mean and three standard deviations of the figure over the ten chunks of the reference against all of it. It does not know
 * how large the current sample is, so it alarms too often on smaller ones.
 */
function usualFigure(column: ColumnPair, numerical: Numerical | null, categorical: Categorical | null): number | null {
  const found = figuresOfChunks(column, numerical, categorical).flatMap((measured) =>
    'statistic' in measured && measured.statistic !== null ? [measured.statistic] : [],
  );
  if (found.length === 0) return null;
  const { mean, variance } = momentsOf(Float64Array.from(found));
  return mean + DEVIATIONS * Math.sqrt(variance);
}

function figuresOfChunks(column: ColumnPair, numerical: Numerical | null, categorical: Categorical | null): Measured[] {
  if (column.type === 'numerical') {
    if (column.referenceInOrder === null || numerical === null) return [];
    const { reference, integral } = column.pair;
    return chunksOf(column.referenceInOrder.length).map(([from, to]) =>
      numerical({ reference, current: column.referenceInOrder?.slice(from, to).sort() ?? reference, integral }),
    );
  }
  const { counts, codes } = column;
  if (codes === null || categorical === null) return [];
  return chunksOf(codes.reference.length).map(([from, to]) => {
    const current = new Float64Array(counts.reference.length);
    for (const code of codes.reference.subarray(from, to)) current[code] = (current[code] ?? 0) + 1;
    return categorical({ reference: counts.reference, current });
  });
}

function chunksOf(rows: number): [from: number, to: number][] {
  const size = Math.floor(rows / CHUNKS);
  if (size === 0) return [];
  return Array.from({ length: Math.ceil(rows / size) }, (_, at) => [at * size, Math.min(rows, (at + 1) * size)]);
}

function nanny(numerical: Numerical | null, categorical: Categorical | null): Method {
  return {
    threshold: (column) => usualFigure(column, numerical, categorical),
    alarm: 'statistic > threshold',
    ...(numerical === null ? {} : { numerical }),
    ...(categorical === null ? {} : { categorical }),
  };
}

/** NannyML's univariate methods (0.13) as it computes them, by its names behind `nannyml_`. */
export const nannyMethods = {
  nannyml_jensen_shannon: nanny(
    (pair) => distanceOf(jensenShannon(doaneShares(pair), 2)),
    (counts) => distanceOf(jensenShannon(levelShares(counts), 2)),
  ),
  nannyml_kolmogorov_smirnov: nanny((pair) => distanceOf(binnedKolmogorovSmirnov(pair)), null),
  nannyml_wasserstein: nanny((pair) => distanceOf(binnedWasserstein(pair)), null),
  nannyml_hellinger: nanny(
    (pair) => distanceOf(rootHellinger(doaneShares(pair))),
    (counts) => distanceOf(rootHellinger(levelShares(counts))),
  ),
  nannyml_l_infinity: nanny(null, ({ reference, current }) =>
    distanceOf(largestDifference({ reference: sharesOf(reference), current: sharesOf(current) })),
  ),
  nannyml_chi2: { threshold: 0.05, alarm: 'p < threshold', categorical: contingency } satisfies Method,
};
