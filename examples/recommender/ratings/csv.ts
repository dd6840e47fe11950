import type { Ratings } from './generate.ts';

/** MovieLens' header, so that tools for its `ratings.csv` can read this file too. Indices are 0-based. */
const HEADER = 'userId,itemId,rating,timestamp';

/** The ratings as CSV text: `HEADER`, then one line a rating, `\n` ended. */
export function ratingsToCsv(ratings: Ratings): string {
  const lines = [HEADER];
  for (let i = 0; i < ratings.count; i++) {
    lines.push(`${ratings.users[i]},${ratings.items[i]},${ratings.stars[i]},${ratings.timestamps[i]}`);
  }
  return `${lines.join('\n')}\n`;
}

/**
 * Reads what `ratingsToCsv` wrote. `userCount` and `itemCount` are the highest index plus one, unless given (the last
 * items of a catalogue may have no rating). Rows come back in file order, which has to be by user and then by time.
 * Throws with the line number on a wrong header or a line that is not four whole numbers with 1..5 stars.
 */
export function ratingsFromCsv(text: string, size: { userCount?: number; itemCount?: number } = {}): Ratings {
  const lines = text.split('\n');
  if (lines[0]?.trimEnd() !== HEADER) throw new SyntaxError(`ratings CSV, line 1: expected the header ${HEADER}`);
  const users: number[] = [];
  const items: number[] = [];
  const stars: number[] = [];
  const timestamps: number[] = [];
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i]?.trimEnd() ?? '';
    if (line === '') continue;
    const match = /^(\d+),(\d+),([1-5]),(\d+)$/.exec(line);
    if (match === null)
      throw new SyntaxError(`ratings CSV, line ${i + 1}: expected user,item,1..5,seconds; got ${line}`);
    users.push(Number(match[1]));
    items.push(Number(match[2]));
    stars.push(Number(match[3]));
    timestamps.push(Number(match[4]));
  }
  return {
    userCount: size.userCount ?? highest(users) + 1,
    itemCount: size.itemCount ?? highest(items) + 1,
    count: users.length,
    users: Int32Array.from(users),
    items: Int32Array.from(items),
    stars: Uint8Array.from(stars),
    timestamps: Float64Array.from(timestamps),
  };
}

function highest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), -1);
}
