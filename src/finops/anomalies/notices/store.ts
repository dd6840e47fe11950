import type { Sql } from '../../../platform/store/index.ts';
import { AnomalySubscriptionSpec } from './schema.ts';

interface NoticeTables {
  anomaly_subscription: { name: string; spec: string };
  anomaly_notice: { subscription: string; anomaly: string; noticed_at: string; withdrawn_at: string | null };
}

export interface Subscription {
  readonly name: string;
  readonly spec: AnomalySubscriptionSpec;
}

/** By name. */
export async function findSubscriptions(sql: Sql): Promise<Subscription[]> {
  const rows = await sql
    .tables<NoticeTables>()
    .selectFrom('anomaly_subscription')
    .selectAll()
    .orderBy('name')
    .execute();
  return rows.map(({ name, spec }) => ({ name, spec: AnomalySubscriptionSpec.parse(JSON.parse(spec)) }));
}

export async function putSubscription(sql: Sql, name: string, spec: AnomalySubscriptionSpec): Promise<void> {
  const row = { name, spec: JSON.stringify(spec) };
  await sql
    .tables<NoticeTables>()
    .insertInto('anomaly_subscription')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
}

/**
 * Whether this caller may announce an anomaly to a subscription: true for exactly one caller across all servers and retries,
 * and once more after a withdrawal.
 */
export async function claimNotice(
  sql: Sql,
  subscription: string,
  anomaly: string,
  noticedAt: string,
): Promise<boolean> {
  const claimed = await sql
    .tables<NoticeTables>()
    .insertInto('anomaly_notice')
    .values({ subscription, anomaly, noticed_at: noticedAt, withdrawn_at: null })
    .onConflict((conflict) =>
      conflict
        .columns(['subscription', 'anomaly'])
        .doUpdateSet({ noticed_at: noticedAt, withdrawn_at: null })
        .where('anomaly_notice.withdrawn_at', 'is not', null),
    )
    .returning('anomaly')
    .execute();
  return claimed.length > 0;
}

/** Whether this caller may announce the withdrawal of an announced anomaly to a subscription: true for exactly one caller. */
export async function claimWithdrawal(sql: Sql, subscription: string, anomaly: string, at: string): Promise<boolean> {
  const claimed = await sql
    .tables<NoticeTables>()
    .updateTable('anomaly_notice')
    .set({ withdrawn_at: at })
    .where('subscription', '=', subscription)
    .where('anomaly', '=', anomaly)
    .where('withdrawn_at', 'is', null)
    .returning('anomaly')
    .execute();
  return claimed.length > 0;
}

/** The last notification of a subscription about each anomaly. */
export async function findNotices(sql: Sql, subscription: string): Promise<Map<string, 'opened' | 'withdrawn'>> {
  const rows = await sql
    .tables<NoticeTables>()
    .selectFrom('anomaly_notice')
    .select(['anomaly', 'withdrawn_at'])
    .where('subscription', '=', subscription)
    .execute();
  return new Map(rows.map((row) => [row.anomaly, row.withdrawn_at === null ? 'opened' : 'withdrawn']));
}
