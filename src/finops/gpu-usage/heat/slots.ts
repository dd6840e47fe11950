import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../platform/units/durations.ts';

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
