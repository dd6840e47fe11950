/** How far a recommendation is to be believed. */
export interface Confidence {
  readonly level: 'high' | 'medium' | 'low';
  readonly coverageRatio: number;
  readonly days: number;
}

const HIGH = { days: 14, coverageRatio: 0.95 } as const;
const MEDIUM_DAYS = 3;

/**
 * Confidence from the length of the window and its measured share: high from 14 days with 95 %, medium from 3 days, else low.
 * Example: 14 days, of which 13 were measured -> coverage 0.93: medium.
 */
export function rateConfidence(days: number, coverageRatio: number): Confidence {
  if (days >= HIGH.days && coverageRatio >= HIGH.coverageRatio) return { level: 'high', coverageRatio, days };
  return { level: days >= MEDIUM_DAYS ? 'medium' : 'low', coverageRatio, days };
}
