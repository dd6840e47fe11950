import { countBins } from '../bins.ts';
import { sumCounts } from '../samples.ts';

/** Two distributions over the same bins or levels. */
export interface SharePair {
  readonly reference: Float64Array;
  readonly current: Float64Array;
}

const SMALL_SHARE = 0.0001;

/** Evidently's way with empty bins: 0.0001, or a millionth of the least share where that is no larger; no renormalising. */
function fillZeroShares(shares: Float64Array): Float64Array {
  const least = shares.reduce((a, b) => (b !== 0 && b < a ? b : a), Number.POSITIVE_INFINITY);
  const small = least <= SMALL_SHARE ? least / 1e6 : SMALL_SHARE;
  return shares.map((share) => (share === 0 ? small : share));
}

/** Population stability index, >= 0: the sum of (p - q) ln(p / q). */
export function populationStability(pair: SharePair): number {
  const [p, q] = [fillZeroShares(pair.reference), fillZeroShares(pair.current)];
  return sumOver(p, q, (a, b) => (a - b) * Math.log(a / b));
}

/** Kullback-Leibler divergence of the reference from the current, in nats, after filling and normalising. */
export function kullbackLeibler(pair: SharePair): number {
  const [p, q] = [normalizeShares(fillZeroShares(pair.reference)), normalizeShares(fillZeroShares(pair.current))];
  return sumOver(p, q, relativeEntropy);
}

/** Jensen-Shannon distance, the root of the divergence: up to 0.8326 with natural logarithms, up to 1 with `base` 2. */
export function jensenShannon(pair: SharePair, base = Math.E): number {
  const [p, q] = [normalizeShares(pair.reference), normalizeShares(pair.current)];
  const halves = (a: number, b: number) => relativeEntropy(a, (a + b) / 2) + relativeEntropy(b, (a + b) / 2);
  return Math.sqrt(Math.max(0, sumOver(p, q, halves)) / Math.log(base) / 2);
}

/** Hellinger distance of shares, 0 to 1: root of 1 - sum of sqrt(p q). */
export function hellinger({ reference, current }: SharePair): number {
  return fromAffinity(sumOver(reference, current, (a, b) => Math.sqrt(a * b)));
}

/** Hellinger distance of two sorted samples by densities over common edges, as Evidently computes it. */
export function densityHellinger(reference: Float64Array, current: Float64Array, edges: Float64Array): number {
  const width = ((edges.at(-1) ?? 0) - (edges[0] ?? 0)) / (edges.length - 1);
  const [p, q] = [densities(reference, edges), densities(current, edges)];
  return fromAffinity(sumOver(p, q, (a, b) => Math.sqrt(a * b) * width));
}

/** The same distance as NannyML writes it: length of the difference of the roots, over the root of 2. */
export function rootHellinger({ reference, current }: SharePair): number {
  return Math.sqrt(sumOver(reference, current, (a, b) => (Math.sqrt(a) - Math.sqrt(b)) ** 2)) / Math.SQRT2;
}

/** Total variation distance, 0 to 1: half the sum of the absolute differences. */
export function totalVariation({ reference, current }: SharePair): number {
  return sumOver(reference, current, (a, b) => Math.abs(a - b)) / 2;
}

/** Largest absolute difference of a share, 0 to 1. */
export function largestDifference({ reference, current }: SharePair): number {
  return reference.reduce((most, share, at) => Math.max(most, Math.abs(share - (current[at] ?? 0))), 0);
}

function sumOver(p: Float64Array, q: Float64Array, of: (a: number, b: number) => number): number {
  return p.reduce((sum, share, at) => sum + of(share, q[at] ?? 0), 0);
}

function normalizeShares(shares: Float64Array): Float64Array {
  const sum = sumCounts(shares);
  return shares.map((share) => share / sum);
}

function relativeEntropy(a: number, b: number): number {
  return a === 0 ? 0 : a * Math.log(a / b);
}

function fromAffinity(affinity: number): number {
  return Math.sqrt(1 - Math.min(1, Math.max(0, affinity)));
}

function densities(sorted: Float64Array, edges: Float64Array): Float64Array {
  const counts = countBins(sorted, edges);
  const all = sumCounts(counts);
  return counts.map((count, at) => count / ((edges[at + 1] ?? 0) - (edges[at] ?? 0)) / all);
}
