import { DAY_MS } from '../../platform/units/durations.ts';

const MONTHS_BACK = [1, 2];

/**
 * Days (since 1970, UTC) of the two months before that correspond to `day`: the same day number, and the last day for a last
 * day.
 * Example: 31 March corresponds to 28 February and 31 January.
 */
export function findSameDaysOfMonth(day: number): number[] {
  const date = new Date(day * DAY_MS);
  const [year, month, number] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  const isLast = number === countDays(year, month);
  return MONTHS_BACK.map((back) => {
    const most = countDays(year, month - back);
    return Date.UTC(year, month - back, isLast ? most : Math.min(number, most)) / DAY_MS;
  });
}

function countDays(year: number, month: number): number {
  return new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
}

/**
 * The part of a residual beyond the residuals on the same day of earlier months: 0 if it lies between 0 and those.
 * Example: 0.35 with 0.3 before it leaves 0.05; -0.2 stays -0.2.
 */
export function subtractSeen(residual: number, seen: readonly number[]): number {
  const low = Math.min(0, ...seen);
  const high = Math.max(0, ...seen);
  return residual - Math.max(low, Math.min(high, residual));
}
