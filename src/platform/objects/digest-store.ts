import type { Sql } from '../store/index.ts';
import type { ObjectFacts } from './objects.ts';

interface DigestTables {
  object_digest: {
    place: string;
    object_key: string;
    size_bytes: number;
    sha256: string;
    previous: string | null;
    stamp: string | null;
    damage: string | null;
  };
}

/** Stored digest of one object. */
export interface KeptDigest extends ObjectFacts {
  /** Digest of the object before a put that may not have become visible; empty: there was no object. Null: the put is done. */
  readonly previous: string | null;
  /** Stamp of the file (`platform/digests`) when its digest was last right; null where none is known. */
  readonly stamp: string | null;
  /** Why `verify` found that the object must not be read; null for one that may be. */
  readonly damage: string | null;
}

const selectTable = (sql: Sql) => sql.tables<DigestTables>();

export async function findDigest(sql: Sql, place: string, key: string): Promise<KeptDigest | null> {
  const row = await selectTable(sql)
    .selectFrom('object_digest')
    .selectAll()
    .where('place', '=', place)
    .where('object_key', '=', key)
    .executeTakeFirst();
  return row === undefined ? null : toKept(row);
}

/** Digests by key, from the key after `after` on. */
export async function pageDigests(sql: Sql, place: string, after: string, limit: number): Promise<KeptDigest[]> {
  const rows = await selectTable(sql)
    .selectFrom('object_digest')
    .selectAll()
    .where('place', '=', place)
    .where('object_key', '>', after)
    .orderBy('object_key')
    .limit(limit)
    .execute();
  return rows.map(toKept);
}

/** Digests of objects that are marked as damaged, by key, up to a limit. */
export async function findDamagedDigests(sql: Sql, place: string, limit: number): Promise<KeptDigest[]> {
  const rows = await selectTable(sql)
    .selectFrom('object_digest')
    .selectAll()
    .where('place', '=', place)
    .where('damage', 'is not', null)
    .orderBy('object_key')
    .limit(limit)
    .execute();
  return rows.map(toKept);
}

/** Records the content that a put is about to make visible, and the content before. */
export async function expectDigest(sql: Sql, place: string, { key, sizeBytes, sha256 }: ObjectFacts): Promise<void> {
  const now = { size_bytes: sizeBytes, sha256, stamp: null, damage: null };
  await selectTable(sql)
    .insertInto('object_digest')
    .values({ place, object_key: key, ...now, previous: '' })
    .onConflict((conflict) =>
      conflict.columns(['place', 'object_key']).doUpdateSet((eb) => ({
        ...now,
        previous: eb.fn.coalesce('object_digest.previous', 'object_digest.sha256'),
      })),
    )
    .execute();
}

export async function saveDigest(sql: Sql, place: string, kept: KeptDigest): Promise<void> {
  const { key, sizeBytes, sha256, previous, stamp, damage } = kept;
  const facts = { size_bytes: sizeBytes, sha256, previous, stamp, damage };
  await selectTable(sql)
    .insertInto('object_digest')
    .values({ place, object_key: key, ...facts })
    .onConflict((conflict) => conflict.columns(['place', 'object_key']).doUpdateSet(facts))
    .execute();
}

/** Marks the put of these bytes as done, unless another put of the key has started since. */
export async function confirmDigest(
  sql: Sql,
  place: string,
  { key, sha256 }: ObjectFacts,
  stamp: string | null,
): Promise<void> {
  await selectTable(sql)
    .updateTable('object_digest')
    .set({ previous: null, stamp })
    .where('place', '=', place)
    .where('object_key', '=', key)
    .where('sha256', '=', sha256)
    .execute();
}

/** Forgets an object, or a folder with all under it. */
export async function removeDigests(sql: Sql, place: string, key: string): Promise<void> {
  await selectTable(sql)
    .deleteFrom('object_digest')
    .where('place', '=', place)
    .where((eb) =>
      // `0` is the character after `/`: the range holds every key below the folder.
      eb.or([
        eb('object_key', '=', key),
        eb.and([eb('object_key', '>=', `${key}/`), eb('object_key', '<', `${key}0`)]),
      ]),
    )
    .execute();
}

function toKept(row: DigestTables['object_digest']): KeptDigest {
  const { object_key: key, size_bytes: sizeBytes, sha256, previous, stamp, damage } = row;
  return { key, sizeBytes, sha256, previous, stamp, damage };
}
