import { DAY_MS } from '../../platform/units/durations.ts';
import { createSortedValues, type SortedValues } from './sorted-values.ts';

/** Values that are remembered. */
const MEMORY_POINTS = 10_000;
/** Each bucket has two hours. */
const BUCKETS = 12;
/** A mean is compared with its time of day on other days only: points of the last half day are left out. */
const OTHER_DAY_MS = DAY_MS / 2;
/** Minimum number of days before times of day are compared. */
const LEAST_DAYS = 2;
const LEAST_IN_BUCKET = 6;
/** Share of the values that is cut off at each end of the range. */
const TRIMMED_SHARE = 0.002;
const RARE_SHARE = 0.01;

/** Newest points whose mean is compared with its time of day. */
export const MEAN_POINTS = 12;

/** A value, with the mean of the newest points at its arrival. */
export type Point = readonly [at: number, value: number, mean: number];

/** History of a series, and the novelty of a next value. */
export interface Novelty {
  /**
   * Distance from `value` to the nearest earlier value, plus the distance from the mean of the newest points to the nearest
   * mean at this time of day on another day (within two to four hours). Both are a share of the normal range, which contains
   * all but 0.4% of the values. 0: seen before. Example: values from 0 to 100 at all times, and now 110: 0.1, plus a small
   * part for the mean.
   */
  of(at: number, value: number): number;
  /** The same with the value instead of the mean: whether it belongs to a novelty that has begun. */
  ofValue(at: number, value: number): number;
  /** Median of the values at this time of day, or at any time of day while that is unknown; null without values. */
  expected(at: number): number | null;
  /** Whether only one value in a hundred is as low, or as high. */
  isRare(value: number): boolean;
  learn(at: number, value: number): void;
  memory(): NoveltyMemory;
}

/** Retained points, oldest first, and the start of the series: plain data. */
export interface NoveltyMemory {
  readonly points: readonly Point[];
  readonly beganAt: number | null;
}

/** Values at a time of day on other days. */
interface Bucket {
  readonly values: SortedValues;
  readonly means: SortedValues;
}

export function createNovelty(
  remembered: NoveltyMemory = { points: [], beganAt: null },
  meanPoints: number = MEAN_POINTS,
): Novelty {
  const all = createSortedValues();
  const buckets = Array.from({ length: BUCKETS }, (): Bucket => {
    return { values: createSortedValues(), means: createSortedValues() };
  });
  const points: Point[] = [];
  let oldest = 0;
  /** Points before this one are in the bucket of their time of day. */
  let sorted = 0;
  let { beganAt } = remembered;
  const bucketAt = (at: number, offset = 0) => buckets[(findBucket(at) + offset + BUCKETS) % BUCKETS];
  const comparesTimes = (at: number) => beganAt !== null && at - beganAt >= LEAST_DAYS * DAY_MS;

  for (const point of remembered.points) remember(point);
  return {
    of: (at, value) => distanceOf(at, value, 'means', meanWith(value)) / rangeFor(value),
    ofValue: (at, value) => distanceOf(at, value, 'values', value) / rangeFor(value),
    expected: (at) => {
      const bucket = bucketAt(at)?.values;
      return (comparesTimes(at) && bucket !== undefined && bucket.size >= LEAST_IN_BUCKET ? bucket : all).quantile(0.5);
    },
    isRare: (value) => value < (all.quantile(RARE_SHARE) ?? value) || value > (all.quantile(1 - RARE_SHARE) ?? value),
    learn: (at, value) => {
      beganAt ??= at;
      remember([at, value, meanWith(value)]);
    },
    memory: () => ({ points: points.slice(oldest), beganAt }),
  };

  /** From `value` to the nearest at any time, plus from `other` to the nearest of its kind at this time of day. */
  function distanceOf(at: number, value: number, kind: keyof Bucket, other: number): number {
    const fromAll = toFiniteDistance(all.nearest(value));
    if (!comparesTimes(at)) return fromAll;
    const distances = [-1, 0, 1].flatMap((offset) => bucketAt(at, offset)?.[kind].nearest(other) ?? []);
    return fromAll + toFiniteDistance(Math.min(...distances));
  }

  function rangeFor(value: number): number {
    return usualRange() || Math.max(Math.abs(all.quantile(0) ?? 0), Math.abs(value)) || 1;
  }

  /** Mean of a value and the values just before it. */
  function meanWith(value: number): number {
    const newest = points.slice(Math.max(oldest, points.length - meanPoints + 1));
    const count = newest.length + 1;
    return newest.reduce((sum, [, earlier]) => sum + earlier / count, value / count);
  }

  function remember(point: Point): void {
    const [at, value] = point;
    all.add(value);
    points.push(point);
    for (let next = points[sorted]; next !== undefined && at - next[0] >= OTHER_DAY_MS; next = points[sorted]) {
      bucketAt(next[0])?.values.add(next[1]);
      bucketAt(next[0])?.means.add(next[2]);
      sorted += 1;
    }
    if (points.length - oldest > MEMORY_POINTS) forgetOldest();
  }

  /** 0 if all values are equal. */
  function usualRange(): number {
    const trimmed = (all.quantile(1 - TRIMMED_SHARE) ?? 0) - (all.quantile(TRIMMED_SHARE) ?? 0);
    return trimmed || (all.quantile(1) ?? 0) - (all.quantile(0) ?? 0);
  }

  function forgetOldest(): void {
    const [at, value, mean] = points[oldest] ?? [0, 0, 0];
    all.remove(value);
    if (oldest < sorted) {
      bucketAt(at)?.values.remove(value);
      bucketAt(at)?.means.remove(mean);
    } else sorted = oldest + 1;
    oldest += 1;
    if (oldest < MEMORY_POINTS) return;
    points.splice(0, oldest);
    sorted -= oldest;
    oldest = 0;
  }
}

function findBucket(at: number): number {
  const ofDay = ((at % DAY_MS) + DAY_MS) % DAY_MS;
  return Math.floor((ofDay / DAY_MS) * BUCKETS);
}

/** Without values to compare with, nothing is new. */
function toFiniteDistance(distance: number): number {
  return Number.isFinite(distance) ? distance : 0;
}
