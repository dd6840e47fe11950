import { decimal, decimalString, type Instant } from '../../platform/units/index.ts';
import type { Window } from './window.ts';

/** Before this share of a window has passed, an even burn says nothing of its end. */
const EARLIEST_SHARE = 0.02;
const DECIMALS = 6;

/**
 * What will have been spent at the end of a window if it goes on as evenly as it did on average so far: spent x length /
 * elapsed, rounded half-even to 6 decimals. `null` while nothing is known, in the first fiftieth of the window, and after
 * it. Example: 300 spent in 10 of 30 days -> 900.
 */
export function evenBurn(spent: string | null, { start, end }: Window, now: Instant): string | null {
  const elapsed = now - start;
  if (spent === null || now >= end || elapsed < (end - start) * EARLIEST_SHARE) return null;
  const whole = decimal(spent)
    .times(end - start)
    .dividedBy(elapsed);
  return decimalString(whole.toDecimalPlaces(DECIMALS));
}
