import { createDetector, type Method } from './detector.ts';
import type { Episode } from './episodes.ts';

/** A point of a series; a value of null is not known, and a gap. */
export interface SeriesPoint {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly value: number | null;
}

export interface JudgedPoint extends SeriesPoint {
  readonly score: number | null;
  readonly expected: number | null;
}

/** Result of a detection over a series. */
export interface Detection {
  /** In input order. */
  readonly points: readonly JudgedPoint[];
  /** Earliest first. */
  readonly episodes: readonly Episode[];
  readonly method: Method | null;
}

/** Number of points judged between two pauses. */
const POINTS_AT_ONCE = 1000;

/**
 * Judges a whole series as if its points arrived one by one in time order: no point is judged by a later one. `pause` is
 * awaited every 1,000 points, so that other work can run.
 */
export async function detect(
  series: readonly SeriesPoint[],
  pause: () => Promise<void> = async () => undefined,
): Promise<Detection> {
  const detector = createDetector();
  const points: JudgedPoint[] = series.map((point) => ({ ...point, score: null, expected: null }));
  const episodes: Episode[] = [];
  const order = series.map((_, index) => index).toSorted((a, b) => (series[a]?.at ?? 0) - (series[b]?.at ?? 0));
  for (const [count, index] of order.entries()) {
    const point = series[index];
    if (count % POINTS_AT_ONCE === POINTS_AT_ONCE - 1) await pause();
    if (point === undefined || point.value === null) continue;
    const { score, expected, ended } = detector.push(point.at, point.value);
    points[index] = { ...point, score, expected };
    if (ended !== null) episodes.push(ended);
  }
  const open = detector.open();
  if (open !== null) episodes.push(open);
  return { points, episodes, method: detector.method() };
}

/**
 * Increase of a counter from one point to the next, in time order. It is null for the first point and for a decrease: the
 * counter was reset, and the increase before the reset is unknown. Example: 5, 8, 2, 3 gives null, 3, null, 1.
 */
export function computeIncreases(series: readonly SeriesPoint[]): SeriesPoint[] {
  let before: number | null = null;
  return series
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, value }) => {
      const rise = value === null || before === null || value < before ? null : value - before;
      before = value ?? before;
      return { at, value: rise };
    });
}
