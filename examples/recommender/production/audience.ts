import type { Random } from '../random/xoshiro.ts';
import type { Ratings } from '../ratings/generate.ts';
import { RELEVANT_STARS } from '../ratings/split.ts';

/** Visitors of the shop, and the items that they like. */
export interface Audience {
  /** User index of the next visit. */
  visitor(random: Random): number;
  /** Items that the user likes: the recommendations are compared with them at the end of the visit. */
  likes(user: number): readonly number[];
}

/**
 * All users visit equally often. With `crowd`, the users with the highest index (`share` of all users) make the share
 * `visits` of the visits. A campaign brings such a crowd.
 */
export function createAudience(ratings: Ratings, crowd: { share: number; visits: number } | null = null): Audience {
  const liked: number[][] = Array.from({ length: ratings.userCount }, () => []);
  for (let row = 0; row < ratings.count; row++) {
    if ((ratings.stars[row] ?? 0) >= RELEVANT_STARS) liked[ratings.users[row] ?? 0]?.push(ratings.items[row] ?? 0);
  }
  const first = crowd === null ? 0 : Math.floor(ratings.userCount * (1 - crowd.share));
  return {
    visitor(random) {
      const isOfCrowd = crowd !== null && random.next() < crowd.visits;
      return isOfCrowd ? first + random.integer(ratings.userCount - first) : random.integer(ratings.userCount);
    },
    likes: (user) => liked[user] ?? [],
  };
}
