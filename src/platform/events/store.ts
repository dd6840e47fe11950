import type { Generated } from 'kysely';
import { lockUntilCommit, type Sql } from '../store/index.ts';
import type { NewEvent, StoredEvent } from './events.ts';

interface EventColumns {
  type: string;
  subject: string;
  payload: string;
  at: string;
}

interface EventTables {
  event: EventColumns & { sequence: Generated<number> };
  /** Position of a subscriber, and the server that delivers to it now. */
  event_cursor: { subscriber: string; sequence: number; leased_by: string | null; leased_until: string | null };
  /** Behind the cursor and not yet delivered: failed once or more, or held back by an earlier event of its subject. */
  event_waiting: { subscriber: string; sequence: number; subject: string; attempts: number; due_at: string };
  /** Parked event; a copy, so that retention does not delete it. */
  event_parked: EventColumns & {
    subscriber: string;
    sequence: number;
    attempts: number;
    error: string;
    parked_at: string;
  };
}

/**
 * A reader of PostgreSQL must never see number 8 before number 7: it would skip 7 permanently. So appends take turns
 * until they commit, and numbers are drawn inside the turn.
 */
export async function insertEvent(sql: Sql, event: NewEvent, at: string): Promise<void> {
  const { type, subject } = event;
  await lockUntilCommit(sql, 'events');
  await sql
    .tables<EventTables>()
    .insertInto('event')
    .values({ type, subject, payload: JSON.stringify(event.payload ?? null), at })
    .execute();
}

/** A new subscriber begins with the oldest event that is kept. */
export async function addSubscriber(sql: Sql, subscriber: string): Promise<void> {
  await sql
    .tables<EventTables>()
    .insertInto('event_cursor')
    .values({ subscriber, sequence: 0, leased_by: null, leased_until: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export interface Lease {
  readonly subscriber: string;
  readonly owner: string;
  /** Instants as ISO text. */
  readonly now: string;
  readonly until: string;
}

/** Takes the lease. Returns the cursor of the subscriber, or null when another server holds the lease. */
export async function takeLease(sql: Sql, lease: Lease): Promise<number | null> {
  const row = await sql
    .tables<EventTables>()
    .updateTable('event_cursor')
    .set({ leased_by: lease.owner, leased_until: lease.until })
    .where('subscriber', '=', lease.subscriber)
    .where((eb) =>
      eb.or([eb('leased_by', 'is', null), eb('leased_by', '=', lease.owner), eb('leased_until', '<=', lease.now)]),
    )
    .returning('sequence')
    .executeTakeFirst();
  return row?.sequence ?? null;
}

export async function renewLease(sql: Sql, lease: Lease): Promise<void> {
  await sql
    .tables<EventTables>()
    .updateTable('event_cursor')
    .set({ leased_until: lease.until })
    .where('subscriber', '=', lease.subscriber)
    .where('leased_by', '=', lease.owner)
    .execute();
}

function toStoredEvent(row: EventColumns & { sequence: number }): StoredEvent {
  return { ...row, payload: JSON.parse(row.payload) as unknown };
}

/** How many events wait for a subscriber. */
export interface Backlog {
  /** Events that its cursor has not passed. */
  readonly fresh: number;
  /** Events behind its cursor that failed before, or are held back by one that did. */
  readonly waiting: number;
}

export async function readBacklog(sql: Sql, subscriber: string, types: readonly string[]): Promise<Backlog> {
  const tables = sql.tables<EventTables>();
  const cursor = tables.selectFrom('event_cursor').select('event_cursor.sequence').where('subscriber', '=', subscriber);
  const fresh = tables
    .selectFrom('event')
    .select((eb) => eb.fn.countAll<number>().as('events'))
    .where('type', 'in', types)
    .where('sequence', '>', cursor);
  const waiting = tables
    .selectFrom('event_waiting')
    .select((eb) => eb.fn.countAll<number>().as('events'))
    .where('subscriber', '=', subscriber);
  return tables
    .selectNoFrom([fresh.$asScalar().$notNull().as('fresh'), waiting.$asScalar().$notNull().as('waiting')])
    .executeTakeFirstOrThrow();
}

export async function readNew(
  sql: Sql,
  types: readonly string[],
  after: number,
  limit: number,
): Promise<StoredEvent[]> {
  const rows = await sql
    .tables<EventTables>()
    .selectFrom('event')
    .select(['sequence', 'type', 'subject', 'payload', 'at'])
    .where('type', 'in', types)
    .where('sequence', '>', after)
    .orderBy('sequence')
    .limit(limit)
    .execute();
  return rows.map(toStoredEvent);
}

/** Of the events that wait, the first of each subject: only those may be tried. */
function selectHeads(sql: Sql, subscriber: string) {
  return sql
    .tables<EventTables>()
    .selectFrom('event_waiting as waiting')
    .where('waiting.subscriber', '=', subscriber)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('event_waiting as earlier')
            .select('earlier.sequence')
            .whereRef('earlier.subscriber', '=', 'waiting.subscriber')
            .whereRef('earlier.subject', '=', 'waiting.subject')
            .whereRef('earlier.sequence', '<', 'waiting.sequence'),
        ),
      ),
    );
}

/** When the next try of a waiting event is due, ISO; null when none waits. */
export async function readNextDue(sql: Sql, subscriber: string): Promise<string | null> {
  const first = await selectHeads(sql, subscriber)
    .select((eb) => eb.fn.min('waiting.due_at').as('due'))
    .executeTakeFirstOrThrow();
  return first.due;
}

export interface DueEvent {
  readonly event: StoredEvent;
  readonly attempts: number;
}

export async function readDue(sql: Sql, subscriber: string, now: string, limit: number): Promise<DueEvent[]> {
  const rows = await selectHeads(sql, subscriber)
    .innerJoin('event', 'event.sequence', 'waiting.sequence')
    .select(['event.sequence', 'event.type', 'event.subject', 'event.payload', 'event.at', 'waiting.attempts'])
    .where('waiting.due_at', '<=', now)
    .orderBy('waiting.sequence')
    .limit(limit)
    .execute();
  return rows.map(({ attempts, ...event }) => ({ event: toStoredEvent(event), attempts }));
}

/** Which of these subjects have an event that waits. */
export async function readHeldSubjects(
  sql: Sql,
  subscriber: string,
  subjects: readonly string[],
): Promise<Set<string>> {
  if (subjects.length === 0) return new Set();
  const rows = await sql
    .tables<EventTables>()
    .selectFrom('event_waiting')
    .select('subject')
    .distinct()
    .where('subscriber', '=', subscriber)
    .where('subject', 'in', subjects)
    .execute();
  return new Set(rows.map((row) => row.subject));
}

/** Moves the cursor and releases the lease. False, without a change, when another server has the lease by now. */
export async function moveCursor(sql: Sql, subscriber: string, owner: string, sequence: number): Promise<boolean> {
  const { numUpdatedRows } = await sql
    .tables<EventTables>()
    .updateTable('event_cursor')
    .set({ sequence, leased_by: null, leased_until: null })
    .where('subscriber', '=', subscriber)
    .where('leased_by', '=', owner)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

export async function putWaiting(sql: Sql, subscriber: string, item: DueEvent, dueAt: string): Promise<void> {
  const { sequence, subject } = item.event;
  await sql
    .tables<EventTables>()
    .insertInto('event_waiting')
    .values({ subscriber, sequence, subject, attempts: item.attempts, due_at: dueAt })
    .onConflict((conflict) =>
      conflict.columns(['subscriber', 'sequence']).doUpdateSet({ attempts: item.attempts, due_at: dueAt }),
    )
    .execute();
}

export async function removeWaiting(sql: Sql, subscriber: string, sequence: number): Promise<void> {
  await sql
    .tables<EventTables>()
    .deleteFrom('event_waiting')
    .where('subscriber', '=', subscriber)
    .where('sequence', '=', sequence)
    .execute();
}

export async function parkEvent(
  sql: Sql,
  subscriber: string,
  item: DueEvent,
  because: { readonly error: string; readonly parkedAt: string },
): Promise<void> {
  const { event, attempts } = item;
  await removeWaiting(sql, subscriber, event.sequence);
  await sql
    .tables<EventTables>()
    .insertInto('event_parked')
    .values({
      subscriber,
      sequence: event.sequence,
      type: event.type,
      subject: event.subject,
      payload: JSON.stringify(event.payload),
      at: event.at,
      attempts,
      error: because.error,
      parked_at: because.parkedAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Removes events older than `before` that every one of these subscribers has behind it. */
export async function removeDelivered(
  sql: Sql,
  subscribers: ReadonlyMap<string, readonly string[]>,
  before: string,
): Promise<void> {
  const oldest = sql.tables<EventTables>().selectFrom('event').select('at').orderBy('sequence').limit(1);
  const { at } = (await oldest.executeTakeFirst()) ?? { at: before };
  if (at >= before) return;
  const rows = await sql.tables<EventTables>().selectFrom('event_cursor').select(['subscriber', 'sequence']).execute();
  const cursors = new Map(rows.map((row) => [row.subscriber, row.sequence]));
  const passed = new Map<string, number>();
  for (const [subscriber, types] of subscribers) {
    const cursor = cursors.get(subscriber) ?? 0;
    for (const type of types) passed.set(type, Math.min(passed.get(type) ?? cursor, cursor));
  }
  const old = () => {
    const tables = sql.tables<EventTables>();
    const waiting = tables.selectFrom('event_waiting').select('event_waiting.sequence');
    return tables.deleteFrom('event').where('at', '<', before).where('sequence', 'not in', waiting);
  };
  for (const [type, sequence] of passed) {
    await old().where('type', '=', type).where('sequence', '<=', sequence).execute();
  }
  const heard = [...passed.keys()];
  await (heard.length === 0 ? old() : old().where('type', 'not in', heard)).execute();
}
