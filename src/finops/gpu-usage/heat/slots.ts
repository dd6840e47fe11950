const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Widths that people read times by. */
const WIDTHS = [1, 2, 5, 10, 15, 30]
  .map((count) => count * MINUTE_MS)
  .concat([1, 2, 3, 6, 12].map((count) => count * HOUR_MS))
  .concat([1, 2, 7, 14, 28].map((count) => count * DAY_MS));

export interface Slots {
  /** Unix milliseconds. */
  readonly first: number;
  readonly slotMs: number;
  readonly count: number;
}

/**
 * Slots of one common width that cover [start, end) Unix milliseconds: at most `most` slots, none narrower than a reading.
 * Example: 24 hours, at most 96 -> 96 slots of 15 minutes.
 */
export function buildSlots({ start, end }: { start: number; end: number }, most: number, intervalMs: number): Slots {
  const fits = (width: number) => Math.ceil(end / width) - Math.floor(start / width) <= most;
  const slotMs =
    WIDTHS.find((width) => width >= intervalMs && fits(width)) ??
    Math.ceil((end - start) / Math.max(most - 1, 1) / DAY_MS) * DAY_MS;
  const first = Math.floor(start / slotMs) * slotMs;
  return { first, slotMs, count: Math.max(1, Math.ceil((end - first) / slotMs)) };
}
