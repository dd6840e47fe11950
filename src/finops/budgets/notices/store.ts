import type { Sql } from '../../../platform/store/index.ts';
import type { Window } from '../window.ts';

interface NoticeTables {
  budget_notice: {
    budget: string;
    window_start_ms: number;
    window_end_ms: number;
    threshold: string;
    noticed_at: string;
  };
}

/** Whether this caller may announce the threshold in this window: true for exactly one caller across all servers and retries. */
export async function claimNotice(
  sql: Sql,
  budget: string,
  { start, end }: Window,
  threshold: string,
  noticedAt: string,
): Promise<boolean> {
  const row = { budget, window_start_ms: start, window_end_ms: end, threshold, noticed_at: noticedAt };
  const claimed = await sql
    .tables<NoticeTables>()
    .insertInto('budget_notice')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returning('threshold')
    .execute();
  return claimed.length > 0;
}

/** Crossed thresholds of a window, in order. */
export async function findNotices(
  sql: Sql,
  budget: string,
  { start, end }: Window,
): Promise<{ threshold: string; noticedAt: string }[]> {
  const rows = await sql
    .tables<NoticeTables>()
    .selectFrom('budget_notice')
    .select(['threshold', 'noticed_at'])
    .where('budget', '=', budget)
    .where('window_start_ms', '=', start)
    .where('window_end_ms', '=', end)
    .orderBy('noticed_at')
    .orderBy('threshold')
    .execute();
  return rows.map(({ threshold, noticed_at: noticedAt }) => ({ threshold, noticedAt }));
}
