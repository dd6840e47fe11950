import type { NumericPair } from '../samples.ts';

/** Ranks of the pooled sample for rank tests. Equal values have the mean of their ranks. */
export interface Ranks {
  /** Sum of the ranks of the reference, from 1. */
  readonly referenceSum: number;
  /** Sum of t^3 - t over groups of t equal values. */
  readonly ties: number;
  /** Sum over each side of (rank - place within its side)^2, places from 1. */
  readonly referenceSquares: number;
  readonly currentSquares: number;
}

/** Ranks of both sides in one pass. */
export function rankSides({ reference, current }: NumericPair): Ranks {
  const [n, m] = [reference.length, current.length];
  let [i, j] = [0, 0];
  const sums = { referenceSum: 0, ties: 0, referenceSquares: 0, currentSquares: 0 };
  while (i < n || j < m) {
    const x = i < n ? (reference[i] ?? 0) : Number.POSITIVE_INFINITY;
    const y = j < m ? (current[j] ?? 0) : Number.POSITIVE_INFINITY;
    const value = Math.min(x, y);
    const [fromI, fromJ] = [i, j];
    while (i < n && reference[i] === value) i += 1;
    while (j < m && current[j] === value) j += 1;
    const equal = i - fromI + j - fromJ;
    const rank = fromI + fromJ + (equal + 1) / 2;
    sums.referenceSum += rank * (i - fromI);
    sums.ties += equal ** 3 - equal;
    for (let at = fromI; at < i; at += 1) sums.referenceSquares += (rank - at - 1) ** 2;
    for (let at = fromJ; at < j; at += 1) sums.currentSquares += (rank - at - 1) ** 2;
  }
  return sums;
}
