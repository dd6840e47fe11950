import type { Interactions } from './interactions.ts';
import type { FactorBlock } from './recommender-model.ts';

/**
 * The baseline every recommender has to beat: the same list for everybody, items by number of training ratings.
 * Written as a one-factor block (user factor 1, item factor = share of the most popular item's ratings, 0..1), so that
 * it is evaluated, exported and served exactly like the trained models.
 */
export function trainPopularity(data: Interactions): FactorBlock {
  const itemFactors = new Float32Array(data.itemCount);
  for (let item = 0; item < data.itemCount; item++) {
    itemFactors[item] = (data.byItem.rowStart[item + 1] ?? 0) - (data.byItem.rowStart[item] ?? 0);
  }
  const most = itemFactors.reduce((a, b) => Math.max(a, b), 1);
  return {
    factorCount: 1,
    userFactors: new Float32Array(data.userCount).fill(1),
    itemFactors: itemFactors.map((count) => count / most),
  };
}
