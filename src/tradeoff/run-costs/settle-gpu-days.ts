import { DAY_MS } from '../../platform/units/durations.ts';
import type { RunCostDeps } from './deps.ts';
import { replaceGpuDays } from './gpu-days.ts';
import { refreshRuns, splitRuns } from './refresh-runs.ts';
import { type Due, noteDue, takeDue } from './store.ts';

/** Days whose GPU time is read in one query. */
const DAYS_AT_ONCE = 31;

/** Months that are due one by one; of a longer time all days are, so that no interval makes thousands of rows. */
const MOST_MONTHS = 24;

/**
 * Keys of the GPU days from the first to the last instant, UTC: a day, the months where they are several days, or the empty
 * key, which means all days, where they are more than two years.
 *
 * @example gpuKeys({ start: '2026-10-30T00:00:00Z', end: '2026-11-02T00:00:00Z' }) // ['2026-10', '2026-11']
 */
export function listGpuKeys({ start, end }: { readonly start: string; readonly end: string }): string[] {
  const [first, last] = [start.slice(0, 'YYYY-MM-DD'.length), end.slice(0, 'YYYY-MM-DD'.length)];
  if (first === last) return [first];
  const months = listMonthsBetween(first.slice(0, 'YYYY-MM'.length), last.slice(0, 'YYYY-MM'.length));
  return months.length > MOST_MONTHS ? [''] : months;
}

function listMonthsBetween(first: string, last: string): string[] {
  const numberOf = (month: string) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1;
  const nameOf = (number: number) => `${Math.floor(number / 12)}-${String((number % 12) + 1).padStart(2, '0')}`;
  const start = numberOf(first);
  return Array.from({ length: numberOf(last) - start + 1 }, (_, index) => nameOf(start + index));
}

/**
 * GPU time of the due days, by run. The lake is read outside the transaction, as for a period. Days whose readings are no
 * longer kept are left as they were.
 */
export async function settleGpuDays(deps: RunCostDeps, due: Due): Promise<boolean> {
  const days = (await deps.gpuTelemetry.readDays(deps.store)).filter((day) => day.startsWith(due.key));
  const parts = splitDays(days);
  for (const [index, part] of parts.entries()) {
    const [from = '', last = ''] = [part[0], part.at(-1)];
    const found = await deps.gpuUsage.runDays({ from, to: computeDayAfter(last) });
    const isCurrent = await deps.store.transaction(async (sql) => {
      // A result that was read before a later change, or by a slower server, must not replace newer data.
      if (!(await takeDue(sql, due))) return false;
      if (index < parts.length - 1) await noteDue(sql, [due]);
      const touched = await replaceGpuDays(sql, part, found);
      for (const runs of splitRuns(touched)) await refreshRuns(deps, sql, runs);
      return true;
    });
    if (!isCurrent) return false;
  }
  return parts.length > 0 || deps.store.transaction((sql) => takeDue(sql, due));
}

/** Days in order as stretches of at most a month, so that one query reads each. */
function splitDays(days: readonly string[]): string[][] {
  const stretches: string[][] = [];
  for (const day of days) {
    const last = stretches.at(-1);
    const [first] = last ?? [];
    const isNear = first !== undefined && Date.parse(day) - Date.parse(first) < DAYS_AT_ONCE * DAY_MS;
    if (last !== undefined && isNear) last.push(day);
    else stretches.push([day]);
  }
  return stretches;
}

function computeDayAfter(day: string): string {
  return new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length);
}
