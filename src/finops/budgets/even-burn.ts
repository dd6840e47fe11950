import { decimal, decimalString, type Instant } from '../../platform/units/index.ts';
import type { Window } from './window.ts';

/** No projection before this share of the window has passed. */
const EARLIEST_SHARE = 0.02;
const DECIMALS = 6;

/**
 * Projected spend at the end of a window at the average rate so far: spent x length / elapsed, rounded half-even to 6
 * decimals. `null` if the spend is unknown, in the first 2% of the window, and after its end. Example: 300 spent in 10 of 30
 * days -> 900.
 */
export function projectSpend(spent: string | null, { start, end }: Window, now: Instant): string | null {
  const elapsed = now - start;
  if (spent === null || now >= end || elapsed < (end - start) * EARLIEST_SHARE) return null;
  const whole = decimal(spent)
    .times(end - start)
    .dividedBy(elapsed);
  return decimalString(whole.toDecimalPlaces(DECIMALS));
}
