const MONTHS_BACK = [1, 2];
const DAY_MS = 86_400_000;

/**
 * Days (since 1970, UTC) of the two months before that stand where `day` does: with the same number, and the last for a last one.
 * Example: 31 March stands where 28 February and 31 January did.
 */
export function sameDaysOfMonth(day: number): number[] {
  const date = new Date(day * DAY_MS);
  const [year, month, number] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  const isLast = number === daysIn(year, month);
  return MONTHS_BACK.map((back) => {
    const most = daysIn(year, month - back);
    return Date.UTC(year, month - back, isLast ? most : Math.min(number, most)) / DAY_MS;
  });
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
}

/**
 * What a residual has beyond what was seen on the same day of earlier months: 0 when it lies between the usual and those.
 * Example: 0.35 with 0.3 before it leaves 0.05; -0.2 stays -0.2.
 */
export function beyondSeen(residual: number, seen: readonly number[]): number {
  const low = Math.min(0, ...seen);
  const high = Math.max(0, ...seen);
  return residual - Math.max(low, Math.min(high, residual));
}
