import { MINUTE_MS } from '../../../platform/units/durations.ts';

/** Maximum gap between two readings; the time between readings further apart is unknown. */
const MAX_GAP_MS = 5 * 60_000;

export interface Reading {
  /** Unix milliseconds. */
  readonly at: number;
  /** 0 to 1. */
  readonly utilizationRatio: number;
}

export interface TrailingWindow {
  /** Unix milliseconds. */
  readonly now: number;
  readonly windowMs: number;
  readonly threshold: number;
}

/**
 * Whether all GPUs are idle for the whole trailing window: every reading of each is below the threshold, and readings cover the window from
 * before its start, with gaps of at most five minutes. One busy GPU makes the result false; unmeasured time
 * is not idle. Example: readings of 0 every 15 s for 30 minutes, and one of 0.5 ten minutes ago -> false.
 */
export function areIdle(gpus: Iterable<readonly Reading[]>, { now, windowMs, threshold }: TrailingWindow): boolean {
  let count = 0;
  for (const readings of gpus) {
    count += 1;
    let last = now - windowMs;
    let hasBegun = false;
    for (const { at, utilizationRatio } of readings) {
      if (at > now) continue;
      if (at <= now - windowMs) {
        // The last reading before the window counts at its start: without one, the GPU may have been busy early in the window.
        hasBegun = now - windowMs - at <= MAX_GAP_MS;
        continue;
      }
      if (utilizationRatio >= threshold || at - last > MAX_GAP_MS) return false;
      last = at;
    }
    if (!hasBegun || now - last > MAX_GAP_MS) return false;
  }
  return count > 0;
}

export interface Minute {
  /** Unix milliseconds at which it begins. */
  readonly at: number;
  readonly requests: number;
  readonly measuredMs: number;
}

/** A minute of which less was measured may have had requests. */
const ENOUGH_MS = 30_000;

/**
 * Whether a window that ends now has no requests in any of its whole minutes, all of which were measured.
 * Example: 29 of 30 minutes measured -> false.
 */
export function isQuiet(minutes: readonly Minute[], { now, windowMs }: Omit<TrailingWindow, 'threshold'>): boolean {
  const byMinute = Map.groupBy(minutes, ({ at }) => at);
  const end = now - (now % MINUTE_MS);
  for (let at = end - windowMs; at < end; at += MINUTE_MS) {
    const all = byMinute.get(at) ?? [];
    if (Math.max(0, ...all.map(({ measuredMs }) => measuredMs)) < ENOUGH_MS) return false;
    if (all.some(({ requests }) => requests > 0)) return false;
  }
  // Nor in the current minute.
  return !(byMinute.get(end) ?? []).some(({ requests }) => requests > 0);
}
