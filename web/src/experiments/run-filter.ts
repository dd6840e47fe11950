import { HOUR_MS } from '../../../src/platform/units/durations.ts';
import { type DateRange, toInstants } from '../frame/date-range.ts';
import type { RunsSearch } from './experiments-search.ts';
import { quotedKey } from './run-column.ts';

const AGE_MS = { '1h': HOUR_MS, '24h': 24 * HOUR_MS, '7d': 168 * HOUR_MS, '30d': 720 * HOUR_MS } as const;

/** Tag with the team of a run. */
export const TEAM_TAG = 'steelyard.team';

/** Typed filter, quick filters, date range and team as one filter in MLflow's grammar. `now` in milliseconds. */
export function runFilter(
  search: Pick<RunsSearch, 'filter' | 'status' | 'since'>,
  team: string | undefined,
  now: number,
  range?: DateRange,
): string {
  const days = range && toInstants(range);
  const parts = [
    search.filter?.trim() ?? '',
    search.status === undefined ? '' : `status = '${search.status}'`,
    search.since === undefined ? '' : `start_time >= ${now - AGE_MS[search.since]}`,
    days === undefined ? '' : `start_time >= ${Date.parse(days.since)} and start_time < ${Date.parse(days.until)}`,
    team === undefined ? '' : `tags.${quotedKey(TEAM_TAG)} = '${team.replaceAll("'", "''")}'`,
  ];
  return parts.filter((part) => part !== '').join(' and ');
}

/** The word that is being written at the end of the text before the cursor; '' after a space or a quote. */
export function wordBefore(text: string, cursor: number): string {
  return /[\w.`/-]*$/.exec(text.slice(0, cursor))?.[0] ?? '';
}

/** True where the grammar expects a key: at the start, or after AND. */
export function awaitsKey(text: string, cursor: number): boolean {
  const before = text.slice(0, cursor - wordBefore(text, cursor).length);
  return before.trim() === '' || /\band\s+$/i.test(before);
}

const ENTITY = /^(metrics?|params?|parameters?|tags?|attributes?|attr|cost|datasets?)\./i;
const COMPARISON = /[=<>!'"`]|\s(like|ilike|in|is|not)\b/i;

/**
 * Turns a typed text into a filter. A comparison is used as it is; other text matches runs by name. null while the text
 * may still become a key: `keys` are the keys that begin with it or contain it.
 */
export function askedFilter(text: string, keys: readonly string[]): string | null {
  const plain = text.trim();
  if (plain === '' || COMPARISON.test(plain)) return plain;
  if (ENTITY.test(plain) || keys.length > 0) return null;
  return nameFilter(plain);
}

/** Runs that have a text in their name. */
export function nameFilter(text: string): string {
  return `run_name ILIKE '%${text.replaceAll("'", "''")}%'`;
}
