import type { Ratings } from './generate.ts';

/** Training ratings, and per user the later items that a good recommender should have put on top. */
export interface RatingSplit {
  readonly train: Ratings;
  /** For each user the relevant held-out items (see `splitByTime`); empty where there is none. */
  readonly relevant: readonly Int32Array[];
  /** All held-out ratings, relevant or not. */
  readonly heldOutCount: number;
}

/** Stars from which a held-out item is relevant, the usual cut for 1..5 stars. */
export const RELEVANT_STARS = 4;

/**
 * Leave-last-out by time: the latest `heldOutPerUser` ratings of each user (ties broken by position) are kept from
 * training; those of them with at least four stars are the user's relevant items. Nothing later than a user's
 * training ratings is ever trained on for that user.
 */
export function splitByTime(ratings: Ratings, options: { heldOutPerUser?: number } = {}): RatingSplit {
  const heldOutPerUser = options.heldOutPerUser ?? 8;
  const keep = new Uint8Array(ratings.count);
  const relevant: Int32Array[] = [];
  let from = 0;
  for (let user = 0; user < ratings.userCount; user++) {
    let to = from;
    while (to < ratings.count && ratings.users[to] === user) to++;
    const cut = Math.max(from, to - heldOutPerUser);
    keep.fill(1, from, cut);
    const liked: number[] = [];
    for (let i = cut; i < to; i++) {
      if ((ratings.stars[i] ?? 0) >= RELEVANT_STARS) liked.push(ratings.items[i] ?? 0);
    }
    relevant.push(Int32Array.from(liked));
    from = to;
  }
  const kept = (_: number, i: number): boolean => keep[i] === 1;
  const users = ratings.users.filter(kept);
  const train: Ratings = {
    userCount: ratings.userCount,
    itemCount: ratings.itemCount,
    count: users.length,
    users,
    items: ratings.items.filter(kept),
    stars: ratings.stars.filter(kept),
    timestamps: ratings.timestamps.filter(kept),
  };
  return { train, relevant, heldOutCount: ratings.count - train.count };
}
