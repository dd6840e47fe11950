import type { ExpressionBuilder } from 'kysely';
import type { Sql } from '../../platform/store/index.ts';
import type { DeliveryState, WebhookTables } from './tables.ts';

export type DeliveryRow = WebhookTables['webhook_delivery'];

/** Idempotent: one delivery per webhook and event, even if the outbox repeats the event. */
export async function insertDelivery(sql: Sql, row: DeliveryRow): Promise<void> {
  const query = sql.tables<WebhookTables>().insertInto('webhook_delivery').values(row);
  await query.onConflict((of) => of.columns(['webhook_id', 'sequence']).doNothing()).execute();
}

export interface Claim {
  readonly owner: string;
  /** Milliseconds since the Unix epoch, as all times here. */
  readonly now: number;
  /** Lease expiry: until then no other server takes them. */
  readonly leaseEnd: number;
  readonly limit: number;
  /** Deliveries in flight on this server: their leases may have expired, but not their attempts. */
  readonly sending: readonly string[];
}

/** Takes due deliveries, oldest first; each goes to one server at a time. */
export async function claimDeliveries(sql: Sql, claim: Claim): Promise<DeliveryRow[]> {
  const tables = sql.tables<WebhookTables>();
  const due = tables
    .selectFrom('webhook_delivery')
    .select('delivery_id')
    .where('state', '=', 'waiting')
    .where('due_at', '<=', claim.now)
    .where(isNone(claim.sending))
    .orderBy('due_at')
    .orderBy('sequence')
    .limit(claim.limit);
  return tables
    .updateTable('webhook_delivery')
    .set((eb) => ({ leased_by: claim.owner, due_at: claim.leaseEnd, attempts: eb('attempts', '+', 1) }))
    .where('delivery_id', 'in', due)
    .where('state', '=', 'waiting')
    .where('due_at', '<=', claim.now)
    .returningAll()
    .execute();
}

/** Deliveries that this owner held when its server died are due immediately. */
export async function releaseDeliveries(sql: Sql, owner: string, now: number): Promise<void> {
  await sql
    .tables<WebhookTables>()
    .updateTable('webhook_delivery')
    .set({ leased_by: null, due_at: now })
    .where('leased_by', '=', owner)
    .where('state', '=', 'waiting')
    .execute();
}

export interface DeliveryEnding {
  readonly state: DeliveryState;
  readonly triesLeft: number;
  readonly dueAt: number;
  readonly endedAt: number | null;
  readonly status: number | null;
  readonly error: string | null;
}

/** An attempt of a delivery. Its number counts the started attempts, so each attempt of a server is distinct. */
interface Try {
  readonly deliveryId: string;
  readonly owner: string;
  readonly attempts: number;
}

/** Stores the result of an attempt, unless a later attempt has started or another server has taken the delivery. */
export async function saveTry(sql: Sql, { deliveryId, owner, attempts }: Try, ending: DeliveryEnding): Promise<void> {
  await sql
    .tables<WebhookTables>()
    .updateTable('webhook_delivery')
    .set({
      state: ending.state,
      tries_left: ending.triesLeft,
      due_at: ending.dueAt,
      ended_at: ending.endedAt,
      response_status: ending.status,
      error: ending.error,
      leased_by: null,
    })
    .where('delivery_id', '=', deliveryId)
    .where('leased_by', '=', owner)
    .where('attempts', '=', attempts)
    .execute();
}

/** Earliest time at which another delivery can be claimed; null: none waits. */
export async function findNextDue(sql: Sql, sending: readonly string[]): Promise<number | null> {
  const query = sql.tables<WebhookTables>().selectFrom('webhook_delivery').where('state', '=', 'waiting');
  const row = await query
    .where(isNone(sending))
    .select((eb) => eb.fn.min('due_at').as('due'))
    .executeTakeFirst();
  return row?.due ?? null;
}

function isNone(ids: readonly string[]) {
  return (eb: ExpressionBuilder<WebhookTables, 'webhook_delivery'>) =>
    ids.length === 0 ? eb.lit(true) : eb('delivery_id', 'not in', ids);
}

export interface DeliveryPosition {
  readonly createdAt: number;
  readonly deliveryId: string;
}

/** Newest first, after a position; null is the start. */
export async function listDeliveries(
  sql: Sql,
  webhookId: string,
  after: DeliveryPosition | null,
  limit: number,
): Promise<DeliveryRow[]> {
  let query = sql
    .tables<WebhookTables>()
    .selectFrom('webhook_delivery')
    .selectAll()
    .where('webhook_id', '=', webhookId);
  if (after !== null) {
    query = query.where((eb) =>
      eb.or([
        eb('created_at', '<', after.createdAt),
        eb.and([eb('created_at', '=', after.createdAt), eb('delivery_id', '>', after.deliveryId)]),
      ]),
    );
  }
  return query.orderBy('created_at', 'desc').orderBy('delivery_id').limit(limit).execute();
}

/** Makes a delivery due again; null when the webhook has no delivery with this id. */
export async function restartDelivery(
  sql: Sql,
  webhookId: string,
  deliveryId: string,
  to: { readonly triesLeft: number; readonly dueAt: number },
): Promise<DeliveryRow | null> {
  const row = await sql
    .tables<WebhookTables>()
    .updateTable('webhook_delivery')
    .set({ state: 'waiting', tries_left: to.triesLeft, due_at: to.dueAt, ended_at: null, leased_by: null })
    .where('webhook_id', '=', webhookId)
    .where('delivery_id', '=', deliveryId)
    .returningAll()
    .executeTakeFirst();
  return row ?? null;
}

export async function removeEndedDeliveries(sql: Sql, before: number): Promise<void> {
  await sql
    .tables<WebhookTables>()
    .deleteFrom('webhook_delivery')
    .where('state', '!=', 'waiting')
    .where('ended_at', '<', before)
    .execute();
}
