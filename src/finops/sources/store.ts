import type { Generated, Insertable, Selectable } from 'kysely';
import { z } from 'zod';
import type { Sql } from '../../platform/store/index.ts';
import { BillSourceSpec, Sync, SyncedDelivery } from './schema.ts';

interface SourceTables {
  bill_source_spec: { name: string; spec: string; applied_at: string; next_at: string | null };
  bill_sync: {
    sequence: Generated<number>;
    id: string;
    source: string;
    asked_by: string;
    state: string;
    asked_at: string;
    ended_at: string | null;
    progress: string;
    deliveries: string;
    error: string | null;
  };
  bill_source_delivery: { source: string };
  bill_source_object: { source: string };
}

export interface StoredSource {
  readonly name: string;
  readonly spec: BillSourceSpec;
  /** Time of the next sync; null: only by hand. */
  readonly nextAt: string | null;
}

/** Sources by name; all of them for null. */
export async function findSources(sql: Sql, name: string | null): Promise<StoredSource[]> {
  let query = sql.tables<SourceTables>().selectFrom('bill_source_spec').selectAll().orderBy('name');
  if (name !== null) query = query.where('name', '=', name);
  const rows = await query.execute();
  return rows.map((row) => ({
    name: row.name,
    spec: BillSourceSpec.parse(JSON.parse(row.spec)),
    nextAt: row.next_at,
  }));
}

export async function saveSource(sql: Sql, source: StoredSource, at: string): Promise<void> {
  const row = { name: source.name, spec: JSON.stringify(source.spec), applied_at: at, next_at: source.nextAt };
  await sql
    .tables<SourceTables>()
    .insertInto('bill_source_spec')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
}

/** Deletes all data of a source: its document, its syncs, its known deliveries and its fetched objects. */
export async function removeSource(sql: Sql, name: string): Promise<void> {
  const db = sql.tables<SourceTables>();
  await db.deleteFrom('bill_source_spec').where('name', '=', name).execute();
  await db.deleteFrom('bill_sync').where('source', '=', name).execute();
  await db.deleteFrom('bill_source_delivery').where('source', '=', name).execute();
  await db.deleteFrom('bill_source_object').where('source', '=', name).execute();
}

/** True for the single call that wins the sync of this time; the next sync is then due at `nextAt`. */
export async function takeTurn(sql: Sql, name: string, at: string, nextAt: string | null): Promise<boolean> {
  const { numUpdatedRows } = await sql
    .tables<SourceTables>()
    .updateTable('bill_source_spec')
    .set({ next_at: nextAt })
    .where('name', '=', name)
    .where('next_at', '=', at)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Does nothing while a sync of the source is in progress (the partial unique index guarantees it). */
export async function insertSync(sql: Sql, sync: Sync): Promise<void> {
  await sql
    .tables<SourceTables>()
    .insertInto('bill_sync')
    .values(syncToRow(sync))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function findUnendedSync(sql: Sql, source: string): Promise<Sync | null> {
  const row = await sql
    .tables<SourceTables>()
    .selectFrom('bill_sync')
    .selectAll()
    .where('source', '=', source)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  return row === undefined ? null : rowToSync(row);
}

export async function findSync(sql: Sql, id: string): Promise<Sync | null> {
  const row = await sql
    .tables<SourceTables>()
    .selectFrom('bill_sync')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : rowToSync(row);
}

/** The last sync of a source that has ended. */
export async function findLastEndedSync(sql: Sql, source: string): Promise<Sync | null> {
  const row = await sql
    .tables<SourceTables>()
    .selectFrom('bill_sync')
    .selectAll()
    .where('source', '=', source)
    .where('ended_at', 'is not', null)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : rowToSync(row);
}

/** Saves the state of a sync; an ended sync is not changed. */
export async function saveSync(sql: Sql, sync: Sync): Promise<void> {
  const { id: _id, ...row } = syncToRow(sync);
  await sql
    .tables<SourceTables>()
    .updateTable('bill_sync')
    .set(row)
    .where('id', '=', sync.sync)
    .where('ended_at', 'is', null)
    .execute();
}

/** Deletes the syncs of a source that ended before an instant, except `kept`. */
export async function removeSyncs(sql: Sql, source: string, before: string, kept: string): Promise<void> {
  await sql
    .tables<SourceTables>()
    .deleteFrom('bill_sync')
    .where('source', '=', source)
    .where('ended_at', '<', before)
    .where('id', '!=', kept)
    .execute();
}

function syncToRow(sync: Sync): Insertable<SourceTables['bill_sync']> {
  return {
    id: sync.sync,
    source: sync.source,
    asked_by: sync.trigger,
    state: sync.state,
    asked_at: sync.askedAt,
    ended_at: sync.endedAt,
    progress: JSON.stringify(sync.progress),
    deliveries: JSON.stringify(sync.deliveries),
    error: sync.error === null ? null : JSON.stringify(sync.error),
  };
}

function rowToSync(row: Selectable<SourceTables['bill_sync']>): Sync {
  return Sync.parse({
    sync: row.id,
    source: row.source,
    trigger: row.asked_by,
    state: row.state,
    askedAt: row.asked_at,
    endedAt: row.ended_at,
    progress: JSON.parse(row.progress),
    deliveries: z.array(SyncedDelivery).parse(JSON.parse(row.deliveries)),
    error: row.error === null ? null : JSON.parse(row.error),
  });
}
