import type { Sql } from '../../platform/store/index.ts';
import type { EventType } from './event-types.ts';
import type { WebhookStatus, WebhookTables } from './tables.ts';

type WebhookRow = WebhookTables['webhook'];

export interface Webhook {
  readonly webhookId: string;
  readonly name: string;
  readonly url: string;
  readonly description: string | null;
  /** null: deliveries are not signed. */
  readonly sealedSecret: string | null;
  readonly status: WebhookStatus;
  /** Milliseconds since the Unix epoch, as below. */
  readonly creationTimestamp: number;
  readonly lastUpdatedTimestamp: number;
  readonly events: readonly EventType[];
}

export async function insertWebhook(sql: Sql, row: WebhookRow, events: readonly EventType[]): Promise<void> {
  await sql.tables<WebhookTables>().insertInto('webhook').values(row).execute();
  await insertEvents(sql, row.webhook_id, events);
}

async function insertEvents(sql: Sql, webhookId: string, events: readonly EventType[]): Promise<void> {
  const rows = events.map(({ entity, action }, position) => ({ webhook_id: webhookId, entity, action, position }));
  await sql
    .tables<WebhookTables>()
    .insertInto('webhook_event')
    .values(rows)
    .onConflict((of) => of.doNothing())
    .execute();
}

export async function findWebhook(sql: Sql, webhookId: string): Promise<Webhook | null> {
  const query = sql.tables<WebhookTables>().selectFrom('webhook').selectAll().where('webhook_id', '=', webhookId);
  const [found] = await findWebhookDetails(sql, await query.execute());
  return found ?? null;
}

export interface WebhookPosition {
  readonly creationTimestamp: number;
  readonly webhookId: string;
}

/** Newest first, after a position; null is the start. */
export async function listWebhooks(sql: Sql, after: WebhookPosition | null, limit: number): Promise<Webhook[]> {
  let query = sql.tables<WebhookTables>().selectFrom('webhook').selectAll();
  if (after !== null) {
    query = query.where((eb) =>
      eb.or([
        eb('creation_timestamp', '<', after.creationTimestamp),
        eb.and([eb('creation_timestamp', '=', after.creationTimestamp), eb('webhook_id', '>', after.webhookId)]),
      ]),
    );
  }
  const rows = await query.orderBy('creation_timestamp', 'desc').orderBy('webhook_id').limit(limit).execute();
  return findWebhookDetails(sql, rows);
}

/** Ids of the active webhooks that subscribe to this event and existed when it happened. */
export async function listListeningWebhooks(sql: Sql, { entity, action }: EventType, at: number): Promise<string[]> {
  const rows = await sql
    .tables<WebhookTables>()
    .selectFrom('webhook')
    .innerJoin('webhook_event', 'webhook_event.webhook_id', 'webhook.webhook_id')
    .select('webhook.webhook_id')
    .where('webhook.status', '=', 'ACTIVE')
    .where('webhook.creation_timestamp', '<=', at)
    .where('webhook_event.entity', '=', entity)
    .where('webhook_event.action', '=', action)
    .execute();
  return rows.map((row) => row.webhook_id);
}

export async function updateWebhook(
  sql: Sql,
  webhookId: string,
  change: Partial<Pick<WebhookRow, 'name' | 'url' | 'description' | 'sealed_secret' | 'status'>> & {
    readonly last_updated_timestamp: number;
  },
  events: readonly EventType[] | null,
): Promise<void> {
  const tables = sql.tables<WebhookTables>();
  await tables.updateTable('webhook').set(change).where('webhook_id', '=', webhookId).execute();
  if (events === null) return;
  await tables.deleteFrom('webhook_event').where('webhook_id', '=', webhookId).execute();
  await insertEvents(sql, webhookId, events);
}

/** With its deliveries, those that wait included. */
export async function deleteWebhook(sql: Sql, webhookId: string): Promise<void> {
  const tables = sql.tables<WebhookTables>();
  for (const table of ['webhook', 'webhook_event', 'webhook_delivery'] as const) {
    await tables.deleteFrom(table).where('webhook_id', '=', webhookId).execute();
  }
}

async function findWebhookDetails(sql: Sql, rows: readonly WebhookRow[]): Promise<Webhook[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.webhook_id);
  const query = sql.tables<WebhookTables>().selectFrom('webhook_event').selectAll().where('webhook_id', 'in', ids);
  const events = Map.groupBy(await query.orderBy('position').execute(), (row) => row.webhook_id);
  return rows.map((row) => ({
    webhookId: row.webhook_id,
    name: row.name,
    url: row.url,
    description: row.description,
    sealedSecret: row.sealed_secret,
    status: row.status,
    creationTimestamp: row.creation_timestamp,
    lastUpdatedTimestamp: row.last_updated_timestamp,
    events: (events.get(row.webhook_id) ?? []).map(({ entity, action }) => ({ entity, action })),
  }));
}
