import { HOUR_MS } from '../../platform/units/durations.ts';
import type { DemandTrace } from './schema.ts';

const HOURS_OF_A_DAY = 24;

interface RecordedHour {
  /** Unix milliseconds. */
  readonly at: number;
  readonly requests: number;
  readonly isWhole: boolean;
}

/**
 * Days of 24 hours, counted back from the last whole hour before `end` (Unix ms). A day with an hour that was not measured is left out: no record is
 * not the same as no request.
 *
 * @example 50 hours, all measured -> the last two days.
 */
export function groupTraceDays(
  hours: readonly RecordedHour[],
  window: { start: number; end: number },
): DemandTrace['days'] {
  const whole = new Map(hours.filter(({ isWhole }) => isWhole).map(({ at, requests }) => [at, requests]));
  const days: DemandTrace['days'][number][] = [];
  const last = window.end - (window.end % HOUR_MS);
  for (let start = last - HOURS_OF_A_DAY * HOUR_MS; start >= window.start; start -= HOURS_OF_A_DAY * HOUR_MS) {
    const requestsPerHour = Array.from({ length: HOURS_OF_A_DAY }, (_, hour) => whole.get(start + hour * HOUR_MS));
    const known = requestsPerHour.filter((requests) => requests !== undefined);
    if (known.length < HOURS_OF_A_DAY) continue;
    days.push({ start: new Date(start).toISOString(), requestsPerHour: known });
  }
  return days.toReversed();
}
