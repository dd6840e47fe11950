/**
 * False alarms per day of a series by alarm threshold, measured on generated daily costs without a change
 * (`seeded-costs.testing.ts`, 3,000 series of 180 days, noise of 3 to 8 %). The figure is an upper bound if fewer than
 * twenty were seen.
 */
const MEASURED: readonly (readonly [strength: number, falseAlarmsPerDay: number])[] = [
  [3.5, 5.5e-3],
  [4, 2.3e-3],
  [4.5, 1.2e-3],
  [5, 6.6e-4],
  [6, 2.8e-4],
  [7, 1.1e-4],
  [8, 5e-5],
  [10, 1e-5],
  [12, 4e-6],
];

/** False alarms that are accepted in thirty days, over all series of a ledger together. */
export const FALSE_ALARMS_PER_30_DAYS = 1;
const DAYS = 30;

/**
 * The alarm threshold (standard deviations of the chart) with which `series` series together raise `perThirtyDays` false
 * alarms. Each series gets an equal part (Bonferroni; expected numbers add up even for correlated series). Interpolated
 * between measured figures by their logarithms; 3.5 to 12. Example: 200 series and one in thirty days are 1.7e-4 a day for
 * each, which is 6.5.
 */
export function computeAlarmStrength(series: number, perThirtyDays = FALSE_ALARMS_PER_30_DAYS): number {
  const wanted = Math.log(perThirtyDays / DAYS / Math.max(1, series));
  const next = MEASURED.findIndex(([, rate]) => Math.log(rate) <= wanted);
  const [above, below] = [MEASURED[next === -1 ? MEASURED.length - 1 : next], MEASURED[next - 1]];
  if (above === undefined) return 0;
  if (next === -1 || below === undefined) return above[0];
  const [from, to] = [Math.log(below[1]), Math.log(above[1])];
  const strength = below[0] + ((above[0] - below[0]) * (wanted - from)) / (to - from);
  return Math.round(strength * 100) / 100;
}
