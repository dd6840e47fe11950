import type { RunsSearch } from './experiments-search.ts';
import { quotedKey } from './run-column.ts';

const HOUR_MS = 3_600_000;
const AGE_MS = { '1h': HOUR_MS, '24h': 24 * HOUR_MS, '7d': 168 * HOUR_MS, '30d': 720 * HOUR_MS } as const;

/** The tag that says whose a run is. */
export const TEAM_TAG = 'steelyard.team';

/** What is written, what is chosen and the team, as one filter in MLflow's grammar. `now` in milliseconds. */
export function runFilter(
  search: Pick<RunsSearch, 'filter' | 'status' | 'since'>,
  team: string | undefined,
  now: number,
): string {
  const parts = [
    search.filter?.trim() ?? '',
    search.status === undefined ? '' : `status = '${search.status}'`,
    search.since === undefined ? '' : `start_time >= ${now - AGE_MS[search.since]}`,
    team === undefined ? '' : `tags.${quotedKey(TEAM_TAG)} = '${team.replaceAll("'", "''")}'`,
  ];
  return parts.filter((part) => part !== '').join(' and ');
}

/** The word that is being written at the end of the text before the cursor; '' after a space or a quote. */
export function wordBefore(text: string, cursor: number): string {
  return /[\w.`/-]*$/.exec(text.slice(0, cursor))?.[0] ?? '';
}

/** Whether a key can be written here: at the start, or after AND. */
export function awaitsKey(text: string, cursor: number): boolean {
  const before = text.slice(0, cursor - wordBefore(text, cursor).length);
  return before.trim() === '' || /\band\s+$/i.test(before);
}
