import type { Generated } from 'kysely';
import type { Sql } from '../../platform/store/index.ts';
import { OpenLineageEvent, PushState } from './schema.ts';

interface OpenLineageTables {
  openlineage_event: {
    sequence: Generated<number>;
    /** Number of the event in the outbox that it is about: one document each, however often that is delivered. */
    source: number;
    document: string;
    at: string;
    push: string;
    push_error: string | null;
    leased_until: string | null;
  };
}

export interface StoredDocument {
  readonly sequence: number;
  readonly push: PushState;
  readonly pushError: string | null;
  readonly event: OpenLineageEvent;
}

export async function insertDocument(sql: Sql, source: number, event: OpenLineageEvent, at: string): Promise<void> {
  await sql
    .tables<OpenLineageTables>()
    .insertInto('openlineage_event')
    .values({ source, document: JSON.stringify(event), at, push: 'waiting', push_error: null, leased_until: null })
    .onConflict((of) => of.column('source').doNothing())
    .execute();
}

export async function findDocumentsAfter(sql: Sql, sequence: number, limit: number): Promise<StoredDocument[]> {
  const query = sql.tables<OpenLineageTables>().selectFrom('openlineage_event').selectAll();
  const rows = await query.where('sequence', '>', sequence).orderBy('sequence').limit(limit).execute();
  return rows.map((row) => ({
    sequence: row.sequence,
    push: PushState.parse(row.push),
    pushError: row.push_error,
    event: OpenLineageEvent.parse(JSON.parse(row.document)),
  }));
}

export interface Claim {
  readonly sequence: number;
  /** As it is sent. */
  readonly document: string;
}

/** Claims the oldest document without an active lease, until the lease expires; null when there is none. */
export async function claimDocument(sql: Sql, now: string, until: string): Promise<Claim | null> {
  const db = sql.tables<OpenLineageTables>();
  const oldest = db
    .selectFrom('openlineage_event')
    .select('sequence')
    .where((eb) =>
      eb.or([eb('push', '=', 'waiting'), eb.and([eb('push', '=', 'sending'), eb('leased_until', '<', now)])]),
    )
    .orderBy('sequence')
    .limit(1);
  const row = await db
    .updateTable('openlineage_event')
    .set({ push: 'sending', leased_until: until })
    .where('sequence', '=', oldest)
    .returning(['sequence', 'document'])
    .executeTakeFirst();
  return row ?? null;
}

export async function savePush(sql: Sql, sequence: number, push: PushState, error: string | null): Promise<void> {
  await sql
    .tables<OpenLineageTables>()
    .updateTable('openlineage_event')
    .set({ push, push_error: error, leased_until: null })
    .where('sequence', '=', sequence)
    .execute();
}

export async function removeDocuments(sql: Sql, before: string): Promise<void> {
  await sql.tables<OpenLineageTables>().deleteFrom('openlineage_event').where('at', '<', before).execute();
}
