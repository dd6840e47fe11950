import type { Sql } from '../../../platform/store/index.ts';
import { AnomalySubscriptionSpec } from './schema.ts';

interface NoticeTables {
  anomaly_subscription: { name: string; spec: string };
  anomaly_notice: { subscription: string; anomaly: string; noticed_at: string };
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

/** True for the one caller, of all servers and all times, that may tell a subscription of an anomaly. */
export async function claimNotice(
  sql: Sql,
  subscription: string,
  anomaly: string,
  noticedAt: string,
): Promise<boolean> {
  const claimed = await sql
    .tables<NoticeTables>()
    .insertInto('anomaly_notice')
    .values({ subscription, anomaly, noticed_at: noticedAt })
    .onConflict((conflict) => conflict.doNothing())
    .returning('anomaly')
    .execute();
  return claimed.length > 0;
}

/** Anomalies that a subscription was told of. */
export async function noticedBy(sql: Sql, subscription: string): Promise<Set<string>> {
  const rows = await sql
    .tables<NoticeTables>()
    .selectFrom('anomaly_notice')
    .select('anomaly')
    .where('subscription', '=', subscription)
    .execute();
  return new Set(rows.map(({ anomaly }) => anomaly));
}
