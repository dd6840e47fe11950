import { describe, expect, test } from 'vitest';
import { ratingsFromCsv, ratingsToCsv } from './csv.ts';
import { generateRatings } from './generate.ts';
import { splitByTime } from './split.ts';

const small = { seed: 3, userCount: 300, itemCount: 400, tasteCount: 24 };

describe('generated ratings', () => {
  test('are at least 200,000 by default', () => {
    expect(generateRatings({ seed: 1 }).count).toBeGreaterThanOrEqual(200_000);
  });

  test('are the same for the same seed and differ for another', () => {
    expect(generateRatings(small)).toEqual(generateRatings(small));
    expect(generateRatings({ ...small, seed: 4 }).items).not.toEqual(generateRatings(small).items);
  });

  test('hold 1..5 stars, one rating per user and item, in order of time per user', () => {
    const ratings = generateRatings(small);
    const pairs = new Set<string>();
    for (let i = 0; i < ratings.count; i++) {
      expect(ratings.stars[i]).toBeGreaterThanOrEqual(1);
      expect(ratings.stars[i]).toBeLessThanOrEqual(5);
      pairs.add(`${ratings.users[i]}/${ratings.items[i]}`);
      if (ratings.users[i] === ratings.users[i - 1]) {
        expect(ratings.timestamps[i]).toBeGreaterThanOrEqual(ratings.timestamps[i - 1] ?? 0);
      }
    }
    expect(pairs.size).toBe(ratings.count);
  });

  test('change in a season for the share of users whose tastes move, and for nobody else', () => {
    const before = generateRatings(small);
    const after = generateRatings({ ...small, season: { name: 'autumn', share: 0.4 } });
    const itemsOf = (ratings: typeof before, user: number) =>
      ratings.items.filter((_, row) => ratings.users[row] === user);
    const changed = Array.from({ length: 300 }, (_, user) => user).filter(
      (user) => itemsOf(before, user).join() !== itemsOf(after, user).join(),
    );
    expect(changed).toEqual(Array.from({ length: 120 }, (_, index) => 180 + index));
  });

  test('have a long tail: the first tenth of the items takes more than a fifth and less than two thirds of all ratings', () => {
    const ratings = generateRatings(small);
    const counts = new Float64Array(ratings.itemCount);
    for (const item of ratings.items) counts[item] = (counts[item] ?? 0) + 1;
    const head = counts
      .sort()
      .reverse()
      .slice(0, ratings.itemCount / 10)
      .reduce((a, b) => a + b, 0);
    expect(head / ratings.count).toBeGreaterThan(0.2);
    expect(head / ratings.count).toBeLessThan(0.67);
  });
});

describe('the split by time', () => {
  test('keeps the last ratings of each user from training and loses none', () => {
    const ratings = generateRatings(small);
    const split = splitByTime(ratings, { heldOutPerUser: 5 });
    expect(split.heldOutCount).toBe(300 * 5);
    expect(split.train.count + split.heldOutCount).toBe(ratings.count);
  });

  test('never trains on a relevant held-out item of the same user', () => {
    const split = splitByTime(generateRatings(small));
    const trained = new Set(Array.from(split.train.users, (user, i) => `${user}/${split.train.items[i]}`));
    const relevant = split.relevant.flatMap((items, user) => Array.from(items, (item) => `${user}/${item}`));
    expect(relevant.length).toBeGreaterThan(300);
    expect(relevant.filter((pair) => trained.has(pair))).toEqual([]);
  });
});

describe('the ratings CSV', () => {
  test('reads back what was written', () => {
    const ratings = generateRatings(small);
    expect(ratingsFromCsv(ratingsToCsv(ratings), ratings)).toEqual(ratings);
  });

  test.each([
    ['a wrong header', 'user,item\n1,2\n', /line 1/],
    ['six stars', 'userId,itemId,rating,timestamp\n0,0,5,1\n0,1,6,1\n', /line 3/],
  ])('says the line of %s', (_, text, message) => {
    expect(() => ratingsFromCsv(text)).toThrow(message);
  });
});
