export interface Interval {
  readonly value: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
}

export interface PlacedInterval {
  /** Shares of the width, 0 to 1; null: not known. */
  readonly value: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
}

/**
 * Positions of values and interval ends on one scale from zero that fits the largest of them.
 * Example: 2 (1 to 4) -> 0.5 (0.25 to 1).
 */
export function placedIntervals(intervals: readonly Interval[]): PlacedInterval[] {
  const ends = intervals.flatMap(({ value, lower, upper }) => [value, lower, upper].filter((one) => one !== null));
  const most = Math.max(0, ...ends);
  const place = (value: number | null) => (value === null ? null : most === 0 ? 0 : Math.max(0, value) / most);
  return intervals.map(({ value, lower, upper }) => ({
    value: place(value),
    lower: place(lower),
    upper: place(upper),
  }));
}
