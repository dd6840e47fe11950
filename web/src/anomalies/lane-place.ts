import type { Anomaly } from '../../../src/finops/anomalies/schema.ts';
import { DAY_MS } from '../../../src/platform/units/durations.ts';

/** Least width of a bar, in days. */
const LEAST_DAYS = 0.2;

export interface LanePlace {
  /** Edges of the bar in percent of the lane, 0 to 100. */
  readonly left: number;
  readonly right: number;
  /** The side of the bar with more space; the name is placed there. */
  readonly nameSide: 'left' | 'right';
  /** Space for the name, in percent of the lane width. */
  readonly room: number;
}

/** Where the bar and the name of an anomaly are placed on an axis from `first` to `last` (YYYY-MM-DD): never outside of it. */
export function placeInLane({ start, end }: Pick<Anomaly, 'start' | 'end'>, first: string, last: string): LanePlace {
  const days = daysBetween(first, last) + 1;
  const inside = (day: number) => Math.min(days, Math.max(0, day));
  const from = Math.min(inside(daysBetween(first, start)), days - LEAST_DAYS);
  const to = Math.max(from + LEAST_DAYS, inside(daysBetween(first, end) + 1));
  const [left, right] = [(100 * from) / days, (100 * to) / days];
  const nameSide = left > 100 - right ? 'left' : 'right';
  return { left, right, nameSide, room: nameSide === 'left' ? left : 100 - right };
}

function daysBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / DAY_MS;
}
