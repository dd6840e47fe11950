import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Random } from '../random/xoshiro.ts';
import { ratingsToCsv } from '../ratings/csv.ts';
import { generateRatings, type Ratings } from '../ratings/generate.ts';
import { RELEVANT_STARS } from '../ratings/split.ts';

/** Visitors of the shop, and the items that they like. */
export interface Audience {
  /** User index of the next visit. */
  visitor(random: Random): number;
  /** Items that the user likes: the recommendations are compared with them at the end of the visit. */
  likes(user: number): readonly number[];
}

/** Users with the highest index (`share` of all users) who make the share `visits` of the visits. A campaign brings such a crowd. */
export interface Crowd {
  readonly share: number;
  readonly visits: number;
}

/** All users visit equally often, except for a crowd. */
export function createAudience(ratings: Ratings, crowd: Crowd | null = null): Audience {
  return createAudienceOf(listLikes(ratings), crowd);
}

/** The same from the liked items of each user, by user index. */
export function createAudienceOf(likes: readonly (readonly number[])[], crowd: Crowd | null = null): Audience {
  const first = crowd === null ? 0 : findFirstOfCrowd(likes.length, crowd);
  return {
    visitor(random) {
      const isOfCrowd = crowd !== null && random.next() < crowd.visits;
      return isOfCrowd ? first + random.integer(likes.length - first) : random.integer(likes.length);
    },
    likes: (user) => likes[user] ?? [],
  };
}

/** Items with relevant stars of each user, by user index. */
export function listLikes(ratings: Ratings): number[][] {
  const liked: number[][] = Array.from({ length: ratings.userCount }, () => []);
  for (let row = 0; row < ratings.count; row++) {
    if ((ratings.stars[row] ?? 0) >= RELEVANT_STARS) liked[ratings.users[row] ?? 0]?.push(ratings.items[row] ?? 0);
  }
  return liked;
}

/** Index of the first user of a crowd. */
export function findFirstOfCrowd(userCount: number, { share }: Pick<Crowd, 'share'>): number {
  return Math.floor(userCount * (1 - share));
}

/** The share of users with a changed taste, and their share of the visits since then. */
const CROWD = { share: 0.5, visits: 0.8 };

export interface Audiences {
  /** Before the campaign. */
  readonly usual: Audience;
  /** Since the campaign. */
  readonly crowd: Audience;
  /** File of the current ratings, which a retraining reads. */
  readonly ratings: string;
}

/** The audience before the campaign and the one that it brings; writes their current ratings to a file. */
export function createAudiences({ seed, folder }: { readonly seed: number; readonly folder: string }): Audiences {
  const now = generateRatings({ seed, season: { name: 'campaign', share: CROWD.share } });
  const ratings = join(resolve(folder), 'ratings.csv');
  writeFileSync(ratings, ratingsToCsv(now));
  return { usual: createAudience(generateRatings({ seed })), crowd: createAudience(now, CROWD), ratings };
}
