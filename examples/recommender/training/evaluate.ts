import type { RatingSplit } from '../ratings/split.ts';
import { type Estimate, estimateMean } from './estimate.ts';
import { ndcgAt, recallAt, reciprocalRankAt } from './ranking-metrics.ts';
import type { RecommenderModel } from './recommender-model.ts';
import { scoreUser, topItems } from './score.ts';

/** Held-out quality of one model; every user with at least one relevant held-out item counts once. */
export interface Evaluation {
  readonly ndcgAt10: Estimate;
  readonly recallAt10: Estimate;
  readonly mrrAt10: Estimate;
  /** Outcomes of the evaluated users in user order: two models evaluated on the same ratings pair by user. */
  readonly perUser: readonly UserOutcome[];
  /** Wall-clock seconds that the evaluation took. */
  readonly seconds: number;
}

/** Outcomes of one user, each 0 to 1. */
export interface UserOutcome {
  /** User index. */
  readonly user: number;
  readonly ndcgAt10: number;
  readonly recallAt10: number;
  readonly mrrAt10: number;
}

const LIST_LENGTH = 10;

/**
 * Scores all items for each user, leaves out the items the user rated in training, takes the top ten and compares them
 * with the held-out relevant items. No sampling of negatives: sampled ranking metrics can order models wrongly
 * (Krichene and Rendle 2020).
 */
export function evaluate(model: RecommenderModel, split: RatingSplit): Evaluation {
  const startedAt = performance.now();
  const seen = seenItems(split);
  const perUser: UserOutcome[] = [];
  const scores = new Float64Array(model.itemCount);
  for (let user = 0; user < model.userCount; user++) {
    const relevant = new Set(split.relevant[user] ?? []);
    if (relevant.size === 0) continue;
    scoreUser(model, user, scores);
    for (const item of seen(user)) scores[item] = Number.NEGATIVE_INFINITY;
    const recommended = topItems(scores, LIST_LENGTH);
    perUser.push({
      user,
      ndcgAt10: ndcgAt(LIST_LENGTH, recommended, relevant) ?? 0,
      recallAt10: recallAt(LIST_LENGTH, recommended, relevant) ?? 0,
      mrrAt10: reciprocalRankAt(LIST_LENGTH, recommended, relevant) ?? 0,
    });
  }
  return {
    ndcgAt10: estimateOutcome(perUser, 'ndcgAt10'),
    recallAt10: estimateOutcome(perUser, 'recallAt10'),
    mrrAt10: estimateOutcome(perUser, 'mrrAt10'),
    perUser,
    seconds: (performance.now() - startedAt) / 1000,
  };
}

function estimateOutcome(perUser: readonly UserOutcome[], outcome: Exclude<keyof UserOutcome, 'user'>): Estimate {
  const estimate = estimateMean(Float64Array.from(perUser, (one) => one[outcome]));
  if (estimate === null) throw new RangeError('fewer than two users have a relevant held-out item');
  return estimate;
}

/** Training ratings are sorted by user, so each user's items are one slice. */
function seenItems(split: RatingSplit): (user: number) => Int32Array {
  const { users, items, userCount } = split.train;
  const start = new Int32Array(userCount + 1);
  for (const user of users) start[user + 1] = (start[user + 1] ?? 0) + 1;
  for (let user = 0; user < userCount; user++) start[user + 1] = (start[user + 1] ?? 0) + (start[user] ?? 0);
  return (user) => items.subarray(start[user] ?? 0, start[user + 1] ?? 0);
}
