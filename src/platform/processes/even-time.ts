import { readFileSync } from 'node:fs';

/** The kernel counts hundredths of a second and rounds down: the time is up to this many milliseconds later. */
export const UPTIME_STEP_MS = 10;

/**
 * Milliseconds since this machine was started, the time that it slept included, to a hundredth of a second: no setting of its clock
 * changes it. Null where the kernel does not show it (Linux does).
 */
export function readUptimeMs(): number | null {
  try {
    const [seconds] = readFileSync('/proc/uptime', 'latin1').split(' ');
    return Math.round(Number(seconds) * 1000);
  } catch {
    return null;
  }
}

/**
 * Monotonic time from an instant, independent of changes to the machine's clock; Unix milliseconds.
 * Example: from 12:00:00, called ten seconds later -> 12:00:10, although the clock was set to 13:00 in between.
 */
export function createEvenTime(instant: number): () => number {
  const start = readUptimeMs();
  if (start !== null) return () => instant + (readUptimeMs() ?? start) - start;
  const begun = performance.now();
  return () => instant + Math.round(performance.now() - begun);
}
