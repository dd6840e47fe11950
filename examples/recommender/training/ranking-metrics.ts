/**
 * Ranking quality of one list of recommendations against one user's relevant items. All are 0..1, higher is better.
 * `recommended` is best first; only its first `k` entries count.
 */

/**
 * NDCG@k with binary relevance (Järvelin and Kekäläinen 2002):
 * DCG = sum over hits at rank r (1-based) of 1 / log2(r + 1), divided by the DCG of a perfect list, which has
 * min(k, |relevant|) hits on top. `null` when nothing is relevant: undefined, not zero.
 * Example: relevant {a, b}, list [x, a, y] -> (1 / log2 3) / (1 + 1 / log2 3) = 0.3869.
 */
export function ndcgAt(k: number, recommended: ArrayLike<number>, relevant: ReadonlySet<number>): number | null {
  if (relevant.size === 0) return null;
  let gain = 0;
  for (let rank = 1; rank <= Math.min(k, recommended.length); rank++) {
    if (relevant.has(recommended[rank - 1] ?? -1)) gain += 1 / Math.log2(rank + 1);
  }
  let ideal = 0;
  for (let rank = 1; rank <= Math.min(k, relevant.size); rank++) ideal += 1 / Math.log2(rank + 1);
  return gain / ideal;
}

/** Recall@k = hits in the first k / |relevant|. `null` when nothing is relevant. Can stay below 1 when |relevant| > k. */
export function recallAt(k: number, recommended: ArrayLike<number>, relevant: ReadonlySet<number>): number | null {
  if (relevant.size === 0) return null;
  let hits = 0;
  for (let i = 0; i < Math.min(k, recommended.length); i++) if (relevant.has(recommended[i] ?? -1)) hits++;
  return hits / relevant.size;
}

/** Reciprocal rank at k = 1 / rank of the first hit within the first k, 0 without a hit; its mean over users is MRR@k. */
export function reciprocalRankAt(
  k: number,
  recommended: ArrayLike<number>,
  relevant: ReadonlySet<number>,
): number | null {
  if (relevant.size === 0) return null;
  for (let rank = 1; rank <= Math.min(k, recommended.length); rank++) {
    if (relevant.has(recommended[rank - 1] ?? -1)) return 1 / rank;
  }
  return 0;
}
