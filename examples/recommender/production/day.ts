/**
 * Visits in an hour of the day, 0..23, as a multiple of the visits in a mean hour: most in the evening, fewest before
 * dawn. Mean 1.
 */
export function demandAt(hour: number): number {
  const evening = Math.cos(((hour - 20) / 24) * 2 * Math.PI);
  const noon = Math.cos(((hour - 13) / 12) * 2 * Math.PI);
  return 1 + 0.6 * evening + 0.2 * noon;
}
