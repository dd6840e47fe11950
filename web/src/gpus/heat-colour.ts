/** Names of the steps of the sequential scale, from nothing to all. */
export const STEPS = ['--seq-0', '--seq-1', '--seq-2', '--seq-3', '--seq-4'] as const;

/**
 * Upper ends of the steps except the last. Exactly 0 is a separate step, because idle GPUs are the purpose of the map.
 */
const ENDS = [0, 0.25, 0.5, 0.75];

/**
 * Colour step of a mean utilization; null without a reading.
 * Example: 0 -> 0; 0.1 -> 1; 0.5 -> 2; 0.9 -> 4.
 */
export function pickStep(mean: number | null): number | null {
  if (mean === null) return null;
  const place = ENDS.findIndex((end) => mean <= end);
  return place === -1 ? ENDS.length : place;
}

export const STEP_TEXTS = ['0 %', 'to 25 %', 'to 50 %', 'to 75 %', 'to 100 %'] as const;

const HIGHEST_PX = 480;
/** Row height from which names fit next to the rows, as targets that a finger can hit. */
export const NAMED_PX = 24;
/** Rows that are named; the picture scrolls. */
const MOST_NAMED = 40;
const LEAST_PX = 2;

/** Height of a row in pixels: 24 with names, of more rows as much as fits, at least two. Example: 16 rows -> 24; 100 -> 4; 1,000 -> 2. */
export function rowHeight(rows: number): number {
  return rows <= MOST_NAMED ? NAMED_PX : Math.max(LEAST_PX, Math.floor(HIGHEST_PX / rows));
}

const MOST_TICKS = 7;

/** Slots with a date below the picture, evenly spaced, the first included. Example: 200 slots -> 0, 29, 58, …. */
export function pickTicks(slots: number): number[] {
  const step = Math.max(1, Math.ceil(slots / MOST_TICKS));
  return Array.from({ length: Math.ceil(slots / step) }, (_, index) => index * step);
}
