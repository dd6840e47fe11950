import type { InterruptionBand } from './schema.ts';

/** Upper limits of the bands as the advisor's own file states them: it rounds, so that they overlap by a little. */
const MOST_IN_A_MONTH: Readonly<Record<InterruptionBand, number | null>> = {
  '<5%': 0.05,
  '5-10%': 0.11,
  '10-15%': 0.16,
  '15-20%': 0.22,
  '>20%': null,
};
const HOURS_OF_A_MONTH = 730;

/**
 * A mean time between interruptions that is no longer than the band allows: -730 h / ln(1 - p) for its upper limit p. Null for the last
 * band, which has none: capacity that lasts an hour is in it as well as capacity that lasts four months.
 * Example: `5-10%` -> 730 / 0.1165 = 6,264 h.
 */
export function findLeastMeanHours(band: InterruptionBand): number | null {
  const most = MOST_IN_A_MONTH[band];
  return most === null ? null : -HOURS_OF_A_MONTH / Math.log(1 - most);
}
