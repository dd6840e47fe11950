import { computeDoaneEdges, computeEvenEdges, countBelow, countBins } from './bins.ts';
import type { ColumnPair } from './column.ts';
import { wasserstein } from './distances/between-distributions.ts';
import { jensenShannon, largestDifference, rootHellinger, type SharePair } from './distances/between-shares.ts';
import { kolmogorovSmirnov } from './distances/kolmogorov-smirnov.ts';
import { type TestResult, toDistanceResult } from './measured.ts';
import type { Method } from './method.ts';
import { computeMoments } from './moments.ts';
import { type CountPair, computeShares, type NumericPair, sumCounts } from './samples.ts';
import { contingency } from './tests/chi-square.ts';

/** NannyML keeps the reference row by row below this, and 10,000 equal bins of it from here on. */
const BINNED_FROM = 10_000;
const BINS = 10_000;
/** Number of chunks of the reference; their figures give the normal range. */
const CHUNKS = 10;
const DEVIATIONS = 3;

/** Shares over the reference's own bins, and one more bin for values outside of them. */
function doaneShares({ reference, current, integral }: NumericPair): SharePair {
  const edges = computeDoaneEdges(reference, integral);
  return withLeftover(computeShares(countBins(reference, edges)), current.length, countBins(current, edges));
}

/** Shares over the reference's own levels, and one more for levels that it lacks. */
function levelShares({ reference, current }: CountPair): SharePair {
  const known = reference.filter((count) => count > 0);
  const found = current.filter((_, at) => (reference[at] ?? 0) > 0);
  return withLeftover(computeShares(known), sumCounts(current), found);
}

function withLeftover(reference: Float64Array, rows: number, counts: Float64Array): SharePair {
  const current = counts.map((count) => count / rows);
  const leftover = 1 - sumCounts(current);
  if (leftover <= 0) return { reference, current };
  return { reference: appendValue(reference, 0), current: appendValue(current, leftover) };
}

function appendValue(values: Float64Array, value: number): Float64Array {
  const longer = new Float64Array(values.length + 1);
  longer.set(values);
  longer[values.length] = value;
  return longer;
}

function binnedKolmogorovSmirnov(pair: NumericPair): number {
  const { reference, current } = pair;
  if (reference.length < BINNED_FROM) return kolmogorovSmirnov(pair);
  const edges = computeEvenEdges(reference[0] ?? 0, reference.at(-1) ?? 0, BINS);
  const [inReference, inCurrent] = [countBins(reference, edges), countBins(current, edges)];
  let [i, j] = [0, countBelow(current, edges[0] ?? 0, false)];
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
  const edges = computeEvenEdges(least, most, BINS);
  const below = current.subarray(0, countBelow(current, least, false));
  const above = current.subarray(countBelow(current, most, true));
  const amountBelow = below.length === 0 ? 0 : (below.length + 1) / current.length;
  const amountAbove = above.length === 0 ? 0 : (above.length + 1) / current.length;
  const [inReference, inCurrent] = [countBins(reference, edges), countBins(current, edges)];
  let [p, q, within] = [0, amountBelow, 0];
  inReference.forEach((count, at) => {
    p += count / reference.length;
    q += (inCurrent[at] ?? 0) / current.length;
    within += Math.abs(p - q) * ((edges[1] ?? 0) - least);
  });
  const tailBelow = amountBelow * areaUnder(appendValue(below, least));
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

type Numerical = (pair: NumericPair) => TestResult;
type Categorical = (counts: CountPair) => TestResult;

/**
 * Mean and three standard deviations of the figure over the ten chunks of the reference against all of it. It does not know
 * how large the current sample is, so it alarms too often on smaller ones.
 */
function computeUsualFigure(
  column: ColumnPair,
  numerical: Numerical | null,
  categorical: Categorical | null,
): number | null {
  const found = computeChunkFigures(column, numerical, categorical).flatMap((measured) =>
    'statistic' in measured && measured.statistic !== null ? [measured.statistic] : [],
  );
  if (found.length === 0) return null;
  const { mean, variance } = computeMoments(Float64Array.from(found));
  return mean + DEVIATIONS * Math.sqrt(variance);
}

function computeChunkFigures(
  column: ColumnPair,
  numerical: Numerical | null,
  categorical: Categorical | null,
): TestResult[] {
  if (column.type === 'numerical') {
    if (column.referenceInOrder === null || numerical === null) return [];
    const { reference, integral } = column.pair;
    return splitIntoChunks(column.referenceInOrder.length).map(([from, to]) =>
      numerical({ reference, current: column.referenceInOrder?.slice(from, to).sort() ?? reference, integral }),
    );
  }
  const { counts, codes } = column;
  if (codes === null || categorical === null) return [];
  return splitIntoChunks(codes.reference.length).map(([from, to]) => {
    const current = new Float64Array(counts.reference.length);
    for (const code of codes.reference.subarray(from, to)) current[code] = (current[code] ?? 0) + 1;
    return categorical({ reference: counts.reference, current });
  });
}

function splitIntoChunks(rows: number): [from: number, to: number][] {
  const size = Math.floor(rows / CHUNKS);
  if (size === 0) return [];
  return Array.from({ length: Math.ceil(rows / size) }, (_, at) => [at * size, Math.min(rows, (at + 1) * size)]);
}

function nanny(numerical: Numerical | null, categorical: Categorical | null): Method {
  return {
    threshold: (column) => computeUsualFigure(column, numerical, categorical),
    alarm: 'statistic > threshold',
    ...(numerical === null ? {} : { numerical }),
    ...(categorical === null ? {} : { categorical }),
  };
}

/** NannyML's univariate methods (0.13) as it computes them, by its names behind `nannyml_`. */
export const nannyMethods = {
  nannyml_jensen_shannon: nanny(
    (pair) => toDistanceResult(jensenShannon(doaneShares(pair), 2)),
    (counts) => toDistanceResult(jensenShannon(levelShares(counts), 2)),
  ),
  nannyml_kolmogorov_smirnov: nanny((pair) => toDistanceResult(binnedKolmogorovSmirnov(pair)), null),
  nannyml_wasserstein: nanny((pair) => toDistanceResult(binnedWasserstein(pair)), null),
  nannyml_hellinger: nanny(
    (pair) => toDistanceResult(rootHellinger(doaneShares(pair))),
    (counts) => toDistanceResult(rootHellinger(levelShares(counts))),
  ),
  nannyml_l_infinity: nanny(null, ({ reference, current }) =>
    toDistanceResult(largestDifference({ reference: computeShares(reference), current: computeShares(current) })),
  ),
  nannyml_chi2: { threshold: 0.05, alarm: 'p < threshold', categorical: contingency } satisfies Method,
};
