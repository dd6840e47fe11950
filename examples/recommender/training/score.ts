import type { FactorBlock, RecommenderModel } from './recommender-model.ts';

/** Writes the score of every item for one user into `scores` (length itemCount). The reference for the ONNX export. */
export function scoreUser(model: RecommenderModel, user: number, scores: Float64Array): void {
  scores.fill(0);
  for (const block of model.blocks) addBlockScores(block, user, scores);
}

/** Four items at a time: they share the loads of the user's row, and their sums do not wait for each other. */
function addBlockScores(block: FactorBlock, user: number, scores: Float64Array): void {
  const { factorCount: size, itemFactors } = block;
  const row = Float64Array.from(block.userFactors.subarray(user * size, (user + 1) * size));
  const itemCount = scores.length;
  let item = 0;
  for (; item + 4 <= itemCount; item += 4) {
    const offset0 = item * size;
    const offset1 = offset0 + size;
    const offset2 = offset1 + size;
    const offset3 = offset2 + size;
    let sum0 = 0;
    let sum1 = 0;
    let sum2 = 0;
    let sum3 = 0;
    for (let f = 0; f < size; f++) {
      const value = row[f] ?? 0;
      sum0 += value * (itemFactors[offset0 + f] ?? 0);
      sum1 += value * (itemFactors[offset1 + f] ?? 0);
      sum2 += value * (itemFactors[offset2 + f] ?? 0);
      sum3 += value * (itemFactors[offset3 + f] ?? 0);
    }
    scores[item] = (scores[item] ?? 0) + sum0;
    scores[item + 1] = (scores[item + 1] ?? 0) + sum1;
    scores[item + 2] = (scores[item + 2] ?? 0) + sum2;
    scores[item + 3] = (scores[item + 3] ?? 0) + sum3;
  }
  for (; item < itemCount; item++) {
    let sum = 0;
    for (let f = 0; f < size; f++) sum += (row[f] ?? 0) * (itemFactors[item * size + f] ?? 0);
    scores[item] = (scores[item] ?? 0) + sum;
  }
}

/**
 * Indices of the `k` highest scores, best first; equal scores keep the lower index first, as ONNX TopK does.
 * Fewer than `k` only when there are fewer finite scores: items set to -Infinity are never returned.
 */
export function topItems(scores: Float64Array, k: number): Int32Array {
  const items = new Int32Array(k);
  const best = new Float64Array(k).fill(Number.NEGATIVE_INFINITY);
  let filled = 0;
  for (let item = 0; item < scores.length; item++) {
    const score = scores[item] ?? Number.NEGATIVE_INFINITY;
    if (score <= (best[k - 1] ?? 0)) continue;
    let place = Math.min(filled, k - 1);
    for (; place > 0 && (best[place - 1] ?? 0) < score; place--) {
      best[place] = best[place - 1] ?? 0;
      items[place] = items[place - 1] ?? 0;
    }
    best[place] = score;
    items[place] = item;
    filled = Math.min(k, filled + 1);
  }
  return items.subarray(0, filled);
}
