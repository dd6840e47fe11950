import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { type Audience, type Crowd, createAudienceOf, findFirstOfCrowd } from '../../production/audience.ts';

/** Items that each user likes; rising, each as the difference from the one before, because small numbers compress well. */
const Likes = z.array(z.array(z.number().int()));

const RecordedAudience = z.strictObject({
  usual: Likes,
  /** Of the users whose taste a campaign has moved: those with the highest index. */
  moved: Likes,
});

/** The crowd that a campaign brings. */
export const CAMPAIGN: Crowd & { readonly name: string } = { name: 'campaign', share: 0.5, visits: 0.8 };

export interface Audiences {
  /** Before the campaign. */
  readonly usual: Audience;
  /** Since it began. */
  readonly crowd: Audience;
}

/** Visitors as `generateRatings` makes them, without generating their ratings. */
export function readAudiences(path: string): Audiences {
  const text = gunzipSync(readFileSync(path)).toString('utf8');
  const { usual, moved } = RecordedAudience.parse(JSON.parse(text));
  const likes = usual.map(addUp);
  const first = findFirstOfCrowd(likes.length, CAMPAIGN);
  return {
    usual: createAudienceOf(likes),
    crowd: createAudienceOf([...likes.slice(0, first), ...moved.map(addUp)], CAMPAIGN),
  };
}

/** `usual` and `season`: liked items by user index, before and since the campaign. */
export function packAudiences(usual: readonly number[][], season: readonly number[][]): Buffer {
  const moved = season.slice(findFirstOfCrowd(season.length, CAMPAIGN));
  const recorded = { usual: usual.map(subtract), moved: moved.map(subtract) };
  return gzipSync(JSON.stringify(RecordedAudience.parse(recorded)), { level: 9 });
}

function subtract(items: readonly number[]): number[] {
  const sorted = items.toSorted((one, other) => one - other);
  return sorted.map((item, index) => item - (sorted[index - 1] ?? 0));
}

function addUp(differences: readonly number[]): number[] {
  let item = 0;
  return differences.map((difference) => {
    item += difference;
    return item;
  });
}
