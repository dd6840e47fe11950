import { z } from 'zod';
import type { Sql } from '../../platform/store/index.ts';
import type { Instant } from '../../platform/units/index.ts';
import { SyncedDelivery } from './schema.ts';

interface KnownTables {
  bill_source_delivery: {
    source: string;
    fingerprint: string;
    origin: string;
    produced_ms: number;
    attempt_hash: string;
    outcome: string;
    deliveries: string;
  };
  bill_source_object: {
    source: string;
    object_key: string;
    etag: string;
    sha256: string | null;
    upload: string | null;
  };
}

const KnownOutcome = z.enum(['delivered', 'failed', 'superseded']);

/** A delivery in a bucket that a sync has processed. */
export interface KnownDelivery {
  /** Identity of the delivery: unit, producer's id and content. */
  readonly fingerprint: string;
  /** Key of its manifest. */
  readonly origin: string;
  readonly producedAt: Instant;
  /** Changes with the files or the configuration; a failed delivery is then retried. */
  readonly attemptHash: string;
  readonly outcome: z.infer<typeof KnownOutcome>;
  readonly deliveries: readonly SyncedDelivery[];
}

export async function findKnown(sql: Sql, source: string, fingerprint: string): Promise<KnownDelivery | null> {
  const row = await sql
    .tables<KnownTables>()
    .selectFrom('bill_source_delivery')
    .selectAll()
    .where('source', '=', source)
    .where('fingerprint', '=', fingerprint)
    .executeTakeFirst();
  if (row === undefined) return null;
  return {
    fingerprint,
    origin: row.origin,
    producedAt: row.produced_ms,
    attemptHash: row.attempt_hash,
    outcome: KnownOutcome.parse(row.outcome),
    deliveries: z.array(SyncedDelivery).parse(JSON.parse(row.deliveries)),
  };
}

/** Production time of the newest delivery imported from a manifest; null when there is none. */
export async function findLastProducedFrom(sql: Sql, source: string, origin: string): Promise<Instant | null> {
  const row = await sql
    .tables<KnownTables>()
    .selectFrom('bill_source_delivery')
    .select((eb) => eb.fn.max('produced_ms').as('last'))
    .where('source', '=', source)
    .where('origin', '=', origin)
    .where('outcome', '=', 'delivered')
    .executeTakeFirst();
  return row?.last ?? null;
}

export async function saveKnown(sql: Sql, source: string, known: KnownDelivery): Promise<void> {
  const row = {
    source,
    fingerprint: known.fingerprint,
    origin: known.origin,
    produced_ms: known.producedAt,
    attempt_hash: known.attemptHash,
    outcome: known.outcome,
    deliveries: JSON.stringify(known.deliveries),
  };
  await sql
    .tables<KnownTables>()
    .insertInto('bill_source_delivery')
    .values(row)
    .onConflict((conflict) => conflict.columns(['source', 'fingerprint']).doUpdateSet(row))
    .execute();
}

/** An object that is fetched or being fetched. */
export interface FetchedObject {
  readonly key: string;
  readonly etag: string;
  /** Lower-case hex; null while it is being fetched. */
  readonly sha256: string | null;
  /** Upload with the bytes until their import; null once they are kept by hash. */
  readonly upload: string | null;
}

export async function findFetched(sql: Sql, source: string): Promise<FetchedObject[]> {
  const rows = await sql
    .tables<KnownTables>()
    .selectFrom('bill_source_object')
    .selectAll()
    .where('source', '=', source)
    .orderBy('object_key')
    .execute();
  return rows.map((row) => ({ key: row.object_key, etag: row.etag, sha256: row.sha256, upload: row.upload }));
}

export async function saveFetched(sql: Sql, source: string, fetched: FetchedObject): Promise<void> {
  const { key, etag, sha256, upload } = fetched;
  const row = { source, object_key: key, etag, sha256, upload };
  await sql
    .tables<KnownTables>()
    .insertInto('bill_source_object')
    .values(row)
    .onConflict((conflict) => conflict.columns(['source', 'object_key']).doUpdateSet(row))
    .execute();
}

export async function removeFetched(sql: Sql, source: string, key: string): Promise<void> {
  await sql
    .tables<KnownTables>()
    .deleteFrom('bill_source_object')
    .where('source', '=', source)
    .where('object_key', '=', key)
    .execute();
}
