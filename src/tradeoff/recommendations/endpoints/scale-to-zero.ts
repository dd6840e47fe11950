import { HOUR_MS } from '../../../platform/units/durations.ts';
import { ENOUGH_MEASURED, type VariantHour } from './endpoint-hours.ts';

/** Effect of scaling a variant to zero while it gets no requests, by hour. */
export interface IdleHours {
  /** Part of each hour that would still be paid, 0 to 1. */
  readonly keep: readonly number[];
  readonly measuredHours: number;
  readonly idleHours: number;
  /** Measured hours without a request up to the end of the window; unmeasured ones end them. */
  readonly idleTailHours: number;
  /** Times that a first request would have found no replica. */
  readonly coldStarts: number;
  readonly requests: number;
}

/**
 * Replicas are released after `idleAfterMs` without a request, and start again with the next request. An idle hour keeps
 * no cost, or the cost until the release where the hour before had requests. Unmeasured hours
 * keep their full cost, because their idleness is unknown.
 * Example: requests in one of three hours, five minutes until idle -> keep 1, 0.083, 0.
 */
export function idleHours(hours: readonly VariantHour[], idleAfterMs: number): IdleHours {
  const isMeasured = (hour: VariantHour | undefined) => hour !== undefined && hour.measured >= ENOUGH_MEASURED;
  const isIdle = (hour: VariantHour | undefined) => hour !== undefined && isMeasured(hour) && hour.requests === 0;
  /** Time until they are given back, left at the start of an hour. */
  let leftMs = 0;
  let coldStarts = 0;
  const keep = hours.map((hour, index) => {
    if (isIdle(hour)) {
      const kept = Math.min(1, leftMs / HOUR_MS);
      leftMs = Math.max(0, leftMs - HOUR_MS);
      return kept;
    }
    if (isIdle(hours[index - 1]) && leftMs === 0) coldStarts += 1;
    leftMs = idleAfterMs;
    return 1;
  });
  const busyFromEnd = hours.toReversed().findIndex((hour) => !isIdle(hour));
  return {
    keep,
    measuredHours: hours.filter(isMeasured).length,
    idleHours: hours.filter(isIdle).length,
    idleTailHours: busyFromEnd === -1 ? hours.length : busyFromEnd,
    coldStarts,
    requests: hours.reduce((sum, { requests }) => sum + requests, 0),
  };
}

/** An endpoint that is idle for less than this part of the time is not worth its cold starts. */
const LEAST_IDLE = 0.5;
/** An endpoint of which fewer hours are known is not judged. */
const LEAST_HOURS = 24;

/** Whether it is worth saying. */
export function isWorthZero({ idleHours: idle, measuredHours }: IdleHours): boolean {
  return measuredHours >= LEAST_HOURS && idle / measuredHours >= LEAST_IDLE;
}
