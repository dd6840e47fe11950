import { createSortedValues } from './sorted-values.ts';

const DAY_MS = 86_400_000;
/** Values that are remembered. */
const MEMORY_POINTS = 10_000;
/** Two hours each. */
const BUCKETS = 12;
/** A value is compared with its time of day on other days only: what is younger than half a day is left out. */
const OTHER_DAY_MS = DAY_MS / 2;
/** Days that must have been seen before times of day are compared. */
const LEAST_DAYS = 2;
const LEAST_IN_BUCKET = 6;
/** Share of the values that is cut off at both ends of the range. */
const TRIMMED_SHARE = 0.002;
/** How much a value counts that is new at its time of day only. */
const TIME_OF_DAY_WEIGHT = 0.5;
const RARE_SHARE = 0.01;

export type Point = readonly [at: number, value: number];

/** What was seen of a series, and how new a value would be. */
export interface Novelty {
  /**
   * Distance from `value` to the nearest value seen, plus half of the distance to the nearest that was seen at this time of day on
   * another day (within two to four hours), both as a share of the usual range: the one that holds all but 0.4 % of the values. 0 is
   * seen before. Example: values from 0 to 100 at all times, and now 110: 0.15.
   */
  of(at: number, value: number): number;
  /** The middle of what was seen at this time of day, or at any while that is not known; null of nothing. */
  expected(at: number): number | null;
  /** Whether only one value of a hundred is as low, or as high. */
  isRare(value: number): boolean;
  learn(at: number, value: number): void;
  memory(): NoveltyMemory;
}

/** What is remembered, the oldest first, and when the series began: plain data. */
export interface NoveltyMemory {
  readonly points: readonly Point[];
  readonly beganAt: number | null;
}

export function createNovelty(remembered: NoveltyMemory = { points: [], beganAt: null }): Novelty {
  const all = createSortedValues();
  const buckets = Array.from({ length: BUCKETS }, createSortedValues);
  const points: Point[] = [];
  let oldest = 0;
  /** Points before this one are in the bucket of their time of day. */
  let sorted = 0;
  let { beganAt } = remembered;
  const bucketAt = (at: number, offset = 0) => buckets[(bucketOf(at) + offset + BUCKETS) % BUCKETS] ?? all;
  const comparesTimes = (at: number) => beganAt !== null && at - beganAt >= LEAST_DAYS * DAY_MS;

  for (const [at, value] of remembered.points) learn(at, value);
  return {
    of: (at, value) => {
      const range = usualRange() || Math.max(Math.abs(all.quantile(0) ?? 0), Math.abs(value)) || 1;
      const fromAll = finite(all.nearest(value));
      if (!comparesTimes(at)) return fromAll / range;
      const fromTime = Math.min(...[-1, 0, 1].map((offset) => bucketAt(at, offset).nearest(value)));
      return (fromAll + TIME_OF_DAY_WEIGHT * finite(fromTime)) / range;
    },
    expected: (at) => {
      const bucket = bucketAt(at);
      return (comparesTimes(at) && bucket.size >= LEAST_IN_BUCKET ? bucket : all).quantile(0.5);
    },
    isRare: (value) => value < (all.quantile(RARE_SHARE) ?? value) || value > (all.quantile(1 - RARE_SHARE) ?? value),
    learn,
    memory: () => ({ points: points.slice(oldest), beganAt }),
  };

  function learn(at: number, value: number): void {
    beganAt ??= at;
    all.add(value);
    points.push([at, value]);
    while (sorted < points.length && at - timeOf(sorted) >= OTHER_DAY_MS) {
      bucketAt(timeOf(sorted)).add(points[sorted]?.[1] ?? 0);
      sorted += 1;
    }
    if (points.length - oldest > MEMORY_POINTS) forgetOldest();
  }

  function timeOf(place: number): number {
    return points[place]?.[0] ?? 0;
  }

  /** 0 where all values are the same. */
  function usualRange(): number {
    const trimmed = (all.quantile(1 - TRIMMED_SHARE) ?? 0) - (all.quantile(TRIMMED_SHARE) ?? 0);
    return trimmed || (all.quantile(1) ?? 0) - (all.quantile(0) ?? 0);
  }

  function forgetOldest(): void {
    const [at, value] = points[oldest] ?? [0, 0];
    all.remove(value);
    if (oldest < sorted) bucketAt(at).remove(value);
    else sorted = oldest + 1;
    oldest += 1;
    if (oldest < MEMORY_POINTS) return;
    points.splice(0, oldest);
    sorted -= oldest;
    oldest = 0;
  }
}

function bucketOf(at: number): number {
  const ofDay = ((at % DAY_MS) + DAY_MS) % DAY_MS;
  return Math.floor((ofDay / DAY_MS) * BUCKETS);
}

/** Nothing to compare with is nothing new. */
function finite(distance: number): number {
  return Number.isFinite(distance) ? distance : 0;
}
