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

/** What was found in a series. */
export interface Detection {
  /** In the order in which they came. */
  readonly points: readonly JudgedPoint[];
  /** The earliest first. */
  readonly episodes: readonly Episode[];
  readonly method: Method | null;
}

/** Points that are judged without a pause. */
const POINTS_AT_ONCE = 1000;

/**
 * Judges a whole series as if its points came one by one in the order of time: no point is judged by a later one. `pause` is awaited
 * now and then, so that others may go on.
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
 * What a counter rose by from one point to the next, in the order of time; null for the first, and where it fell: it began anew, and how
 * far it had come is not known. Example: 5, 8, 2, 3 gives null, 3, null, 1.
 */
export function increases(series: readonly SeriesPoint[]): SeriesPoint[] {
  let before: number | null = null;
  return series
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, value }) => {
      const rise = value === null || before === null || value < before ? null : value - before;
      before = value ?? before;
      return { at, value: rise };
    });
}
