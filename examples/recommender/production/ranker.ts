import type { RecommenderModel } from '../training/recommender-model.ts';
import { scoreUser, topItems } from '../training/score.ts';
import type { RankedItems } from './history.ts';

const LIST_LENGTH = 10;

/** The ten best items of a model for a user, with their scores. */
export function createRanker(model: RecommenderModel): (user: number) => RankedItems {
  const scores = new Float64Array(model.itemCount);
  return (user) => {
    scoreUser(model, user, scores);
    const items = [...topItems(scores, LIST_LENGTH)];
    return { item_index: items, score: items.map((item) => scores[item] ?? 0) };
  };
}
