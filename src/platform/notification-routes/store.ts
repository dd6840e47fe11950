import type { ExpressionBuilder } from 'kysely';
import type { Sql } from '../store/index.ts';
import { type DeliveryState, MOST_LISTED, NotificationRouteSpec } from './schema.ts';
import type { DeliveryRow, NotificationTables } from './tables.ts';

export interface StoredRoute {
  readonly name: string;
  readonly spec: NotificationRouteSpec;
}

const OPEN: readonly DeliveryState[] = ['waiting', 'retrying'];

/** By name. */
export async function findRoutes(sql: Sql, name?: string): Promise<StoredRoute[]> {
  const query = sql.tables<NotificationTables>().selectFrom('notification_route').selectAll().orderBy('name');
  const rows = await (name === undefined ? query : query.where('name', '=', name)).execute();
  return rows.map((row) => ({ name: row.name, spec: NotificationRouteSpec.parse(JSON.parse(row.spec)) }));
}

export async function putRoute(sql: Sql, name: string, spec: NotificationRouteSpec): Promise<void> {
  const row = { name, spec: JSON.stringify(spec) };
  const query = sql.tables<NotificationTables>().insertInto('notification_route').values(row);
  await query.onConflict((of) => of.column('name').doUpdateSet(row)).execute();
}

export async function removeRoute(sql: Sql, name: string): Promise<boolean> {
  const query = sql.tables<NotificationTables>().deleteFrom('notification_route').where('name', '=', name);
  return (await query.returning('name').execute()).length > 0;
}

export type NewDelivery = Omit<DeliveryRow, 'sequence'>;

/** Idempotent: one delivery for each route and notice. False: it existed. */
export async function insertDelivery(sql: Sql, row: NewDelivery): Promise<boolean> {
  const query = sql
    .tables<NotificationTables>()
    .insertInto('notification_delivery')
    .values(row as DeliveryRow);
  const inserted = await query
    .onConflict((of) => of.columns(['route', 'notice_id']).doNothing())
    .returning('delivery_id')
    .execute();
  return inserted.length > 0;
}

/** Ends the open deliveries of a route as failed; their number. */
export async function cancelDeliveries(sql: Sql, route: string, error: string, now: number): Promise<number> {
  const rows = await sql
    .tables<NotificationTables>()
    .updateTable('notification_delivery')
    .set({ state: 'failed', error, ended_at: now, leased_by: null })
    .where('route', '=', route)
    .where('state', 'in', OPEN)
    .returning('delivery_id')
    .execute();
  return rows.length;
}

/** Routes with due notices for a digest, or with more due notices than one message lists. */
export async function findDueDigests(sql: Sql, now: number): Promise<string[]> {
  const rows = await sql
    .tables<NotificationTables>()
    .selectFrom('notification_delivery')
    .select(['route'])
    .where('state', '=', 'waiting')
    .where('due_at', '<=', now)
    .where('topic', '!=', DIGEST_TOPIC)
    .groupBy('route')
    .having((eb) => eb.or([eb(eb.fn.max('is_collected'), '=', 1), eb(eb.fn.countAll(), '>', MOST_LISTED)]))
    .orderBy('route')
    .execute();
  return rows.map(({ route }) => route);
}

export const DIGEST_TOPIC = 'digest';

/** Moves the due notices of a route into a digest, and returns the first of them and their number. Exactly one caller gets each. */
export async function collectDigest(
  sql: Sql,
  {
    route,
    digest,
    now,
    isBurst,
  }: { readonly route: string; readonly digest: string; readonly now: number; readonly isBurst: boolean },
) {
  const tables = sql.tables<NotificationTables>();
  let update = tables
    .updateTable('notification_delivery')
    .set({ state: 'digested', digest_id: digest, ended_at: now, leased_by: null })
    .where('route', '=', route)
    .where('state', '=', 'waiting')
    .where('topic', '!=', DIGEST_TOPIC)
    .where('due_at', '<=', now);
  // In a burst, one in flight is left to the server that sends it: its lease has not expired, so it is not due.
  if (!isBurst) update = update.where('is_collected', '=', 1);
  const { numUpdatedRows } = await update.executeTakeFirst();
  const listed = await tables
    .selectFrom('notification_delivery')
    .selectAll()
    .where('digest_id', '=', digest)
    .orderBy('sequence')
    .limit(MOST_LISTED)
    .execute();
  return { listed, count: Number(numUpdatedRows) };
}

/** Due notices of a route. */
export async function countDue(sql: Sql, route: string, now: number): Promise<number> {
  const { count } = await sql
    .tables<NotificationTables>()
    .selectFrom('notification_delivery')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('route', '=', route)
    .where('state', '=', 'waiting')
    .where('topic', '!=', DIGEST_TOPIC)
    .where('due_at', '<=', now)
    .executeTakeFirstOrThrow();
  return Number(count);
}

export interface Claim {
  readonly owner: string;
  readonly now: number;
  readonly leaseEnd: number;
  readonly limit: number;
  /** Deliveries in flight on this server: their leases may have expired, but not their tries. */
  readonly sending: readonly string[];
  /** Routes with as many tries in flight as one may have. */
  readonly busyRoutes: readonly string[];
}

/** Takes due deliveries, oldest first; each goes to one server at a time. */
export async function claimDeliveries(sql: Sql, claim: Claim): Promise<DeliveryRow[]> {
  const tables = sql.tables<NotificationTables>();
  const due = tables
    .selectFrom('notification_delivery')
    .select('sequence')
    .where('state', 'in', OPEN)
    .where('is_collected', '=', 0)
    .where('due_at', '<=', claim.now)
    .where(isNoneOf('delivery_id', claim.sending))
    .where(isNoneOf('route', claim.busyRoutes))
    .orderBy('due_at')
    .orderBy('sequence')
    .limit(claim.limit);
  return tables
    .updateTable('notification_delivery')
    .set((eb) => ({ leased_by: claim.owner, due_at: claim.leaseEnd, attempts: eb('attempts', '+', 1) }))
    .where('sequence', 'in', due)
    .where('state', 'in', OPEN)
    .where('due_at', '<=', claim.now)
    .returningAll()
    .execute();
}

/** Deliveries that this owner held when its server died are due immediately. */
export async function releaseDeliveries(sql: Sql, owner: string, now: number): Promise<void> {
  await sql
    .tables<NotificationTables>()
    .updateTable('notification_delivery')
    .set({ leased_by: null, due_at: now })
    .where('leased_by', '=', owner)
    .where('state', 'in', OPEN)
    .execute();
}

export type TryResult = Pick<DeliveryRow, 'state' | 'tries_left' | 'due_at' | 'ended_at' | 'response_status' | 'error'>;

/** Stores the result of a try, unless a later try has started or another server has taken the delivery. */
export async function saveTry(
  sql: Sql,
  { delivery_id, attempts }: Pick<DeliveryRow, 'delivery_id' | 'attempts'>,
  owner: string,
  result: TryResult,
): Promise<void> {
  await sql
    .tables<NotificationTables>()
    .updateTable('notification_delivery')
    .set({ ...result, leased_by: null })
    .where('delivery_id', '=', delivery_id)
    .where('leased_by', '=', owner)
    .where('attempts', '=', attempts)
    .execute();
}

/** Earliest time at which a delivery can be claimed or a digest be collected; null: none waits. */
export async function findNextDue(sql: Sql, sending: readonly string[]): Promise<number | null> {
  const row = await sql
    .tables<NotificationTables>()
    .selectFrom('notification_delivery')
    .where('state', 'in', OPEN)
    .where(isNoneOf('delivery_id', sending))
    .select((eb) => eb.fn.min('due_at').as('due'))
    .executeTakeFirst();
  return row?.due == null ? null : Number(row.due);
}

function isNoneOf(column: 'delivery_id' | 'route', values: readonly string[]) {
  return (eb: ExpressionBuilder<NotificationTables, 'notification_delivery'>) =>
    values.length === 0 ? eb.lit(true) : eb(column, 'not in', values);
}

export interface DeliveryQuery {
  readonly route?: string | undefined;
  /** Only of these routes; null or left out: of all. */
  readonly routes?: readonly string[] | null;
  readonly state?: DeliveryState | undefined;
  readonly topic?: string | undefined;
  /** Only with a lower sequence; null: the newest. */
  readonly before: number | null;
  readonly limit: number;
}

/** Newest first. */
export async function listDeliveries(
  sql: Sql,
  { route, routes = null, state, topic, before, limit }: DeliveryQuery,
): Promise<DeliveryRow[]> {
  let query = sql.tables<NotificationTables>().selectFrom('notification_delivery').selectAll();
  if (route !== undefined) query = query.where('route', '=', route);
  if (routes !== null) query = query.where((eb) => (routes.length === 0 ? eb.lit(false) : eb('route', 'in', routes)));
  if (state !== undefined) query = query.where('state', '=', state);
  if (topic !== undefined) query = query.where('topic', '=', topic);
  if (before !== null) query = query.where('sequence', '<', before);
  return query.orderBy('sequence', 'desc').limit(limit).execute();
}

/** Delivery of a notice by a route; null: none was filed, or the log no longer has it. */
export async function findDelivery(
  sql: Sql,
  route: string,
  notice: string,
): Promise<Pick<DeliveryRow, 'state' | 'error'> | null> {
  const row = await sql
    .tables<NotificationTables>()
    .selectFrom('notification_delivery')
    .select(['state', 'error'])
    .where('route', '=', route)
    .where('notice_id', '=', notice)
    .executeTakeFirst();
  return row ?? null;
}

/** Open deliveries by route. */
export async function countOpen(sql: Sql): Promise<Map<string, number>> {
  const rows = await sql
    .tables<NotificationTables>()
    .selectFrom('notification_delivery')
    .select((eb) => ['route', eb.fn.countAll().as('count')])
    .where('state', 'in', OPEN)
    .groupBy('route')
    .execute();
  return new Map(rows.map(({ route, count }) => [route, Number(count)]));
}

export async function removeEnded(sql: Sql, before: number): Promise<void> {
  await sql
    .tables<NotificationTables>()
    .deleteFrom('notification_delivery')
    .where('state', 'not in', OPEN)
    .where('ended_at', '<', before)
    .execute();
}
