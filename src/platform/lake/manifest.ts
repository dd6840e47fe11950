import { AppError } from '../errors/index.ts';
import type { Sql } from '../store/index.ts';
import type { LakeSwap, RelationOptions, StagedFile } from './lake.ts';
import { findGonePlaces } from './place-records.ts';

interface LakeTables {
  lake_manifest: { table_name: string; sequence: number };
  lake_file: {
    id: string;
    table_name: string;
    partition_name: string;
    path: string;
    place: number;
    row_count: number;
    size_bytes: number;
    other_columns: string;
    has_positions: number;
    sha256: string | null;
    stamp: string | null;
    damage: string | null;
    added_at: number;
    removed_at: number | null;
  };
}

/** The files that a manifest of a table names, the newest one when no number is given, in the order they were added. */
export async function findManifestFiles(
  sql: Sql,
  table: string,
  { partitions, days, at }: Pick<RelationOptions, 'partitions' | 'days' | 'at'> = {},
): Promise<StagedFile[]> {
  let query = sql
    .tables<LakeTables>()
    .selectFrom('lake_file')
    .selectAll()
    .where('table_name', '=', table)
    .orderBy('added_at')
    .orderBy('id');
  query =
    at === undefined
      ? query.where('removed_at', 'is', null)
      : query
          .where('added_at', '<=', at)
          .where((eb) => eb.or([eb('removed_at', 'is', null), eb('removed_at', '>', at)]));
  if (partitions !== undefined) query = query.where('partition_name', 'in', [...partitions, '']);
  if (days !== undefined) {
    const { from = '', to = '9999-12-31' } = days;
    query = query.where(({ eb, and, or }) =>
      or([
        eb('partition_name', 'not like', '____-__-__'),
        and([eb('partition_name', '>=', from), eb('partition_name', '<=', to)]),
      ]),
    );
  }
  return (await query.execute()).map(toStagedFile);
}

/** Files by id, in the requested order. */
export async function findFilesById(sql: Sql, table: string, ids: readonly string[]): Promise<StagedFile[]> {
  const files = await findKeptFilesById(sql, table, ids);
  if (files.length === ids.length) return files;
  const known = new Set(files.map(({ id }) => id));
  throw new Error(`no file ${ids.find((id) => !known.has(id))} in lake table ${table}`);
}

/** The same, without files that no manifest names any more. */
export async function findKeptFilesById(sql: Sql, table: string, ids: readonly string[]): Promise<StagedFile[]> {
  const known = new Map<string, StagedFile>();
  for (let at = 0; at < ids.length; at += IDS_A_STATEMENT) {
    const rows = await sql
      .tables<LakeTables>()
      .selectFrom('lake_file')
      .selectAll()
      .where('table_name', '=', table)
      .where('id', 'in', ids.slice(at, at + IDS_A_STATEMENT))
      .execute();
    for (const row of rows) known.set(row.id, toStagedFile(row));
  }
  return ids.flatMap((id) => known.get(id) ?? []);
}

/** Below the limit of parameters of one statement in either engine. */
const IDS_A_STATEMENT = 500;

function toStagedFile(row: LakeTables['lake_file']): StagedFile {
  return {
    id: row.id,
    table: row.table_name,
    partition: row.partition_name,
    path: row.path,
    place: row.place,
    rows: row.row_count,
    sizeBytes: row.size_bytes,
    others: JSON.parse(row.other_columns) as string[],
    hasPositions: row.has_positions === 1,
    sha256: row.sha256,
    stamp: row.stamp,
    damage: row.damage,
  };
}

export async function findNewestSequence(sql: Sql, table: string): Promise<number> {
  const row = await sql
    .tables<LakeTables>()
    .selectFrom('lake_manifest')
    .select('sequence')
    .where('table_name', '=', table)
    .executeTakeFirst();
  return row?.sequence ?? 0;
}

export async function findCurrentPartitions(sql: Sql, table: string): Promise<string[]> {
  const rows = await sql
    .tables<LakeTables>()
    .selectFrom('lake_file')
    .select('partition_name')
    .distinct()
    .where('table_name', '=', table)
    .where('removed_at', 'is', null)
    .orderBy('partition_name')
    .execute();
  return rows.map((row) => row.partition_name);
}

/** Every file that any manifest, current or old, still names, each once; by table, then partition. */
export async function findAllFiles(sql: Sql): Promise<StagedFile[]> {
  const rows = await sql
    .tables<LakeTables>()
    .selectFrom('lake_file')
    .selectAll()
    .orderBy('table_name')
    .orderBy('partition_name')
    .orderBy('id')
    .execute();
  return [...new Map(rows.map((row) => [row.id, toStagedFile(row)])).values()];
}

/** Those of them that a place has, by their manifest entries. */
export async function findFilesOfPlace(sql: Sql, place: number): Promise<StagedFile[]> {
  const rows = await sql
    .tables<LakeTables>()
    .selectFrom('lake_file')
    .selectAll()
    .where('place', '=', place)
    .orderBy('path')
    .execute();
  return [...new Map(rows.map((row) => [row.id, toStagedFile(row)])).values()];
}

/** Some files that the manifest names now in a place, and that are not marked as damaged. */
export async function findSampleFiles(
  sql: Sql,
  place: number,
  limit: number,
): Promise<Pick<StagedFile, 'path' | 'sizeBytes'>[]> {
  const rows = await sql
    .tables<LakeTables>()
    .selectFrom('lake_file')
    .select(['path', 'size_bytes'])
    .where('place', '=', place)
    .where('removed_at', 'is', null)
    .where('damage', 'is', null)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(({ path, size_bytes: sizeBytes }) => ({ path, sizeBytes }));
}

/** Those of all files that are marked as damaged. */
export async function findDamagedFiles(sql: Sql): Promise<StagedFile[]> {
  const rows = await sql
    .tables<LakeTables>()
    .selectFrom('lake_file')
    .selectAll()
    .where('damage', 'is not', null)
    .orderBy('table_name')
    .orderBy('partition_name')
    .orderBy('id')
    .execute();
  return [...new Map(rows.map((row) => [row.id, toStagedFile(row)])).values()];
}

/** Facts of a file that change without a swap, in each of its stays. False, without a change, when the file was moved meanwhile. */
export async function saveFileFacts(
  sql: Sql,
  { id, place }: Pick<StagedFile, 'id' | 'place'>,
  facts: Partial<Pick<StagedFile, 'sha256' | 'stamp' | 'damage' | 'sizeBytes' | 'rows' | 'others' | 'hasPositions'>>,
): Promise<boolean> {
  const { sha256, stamp, damage, sizeBytes, rows, others, hasPositions } = facts;
  const { numUpdatedRows } = await sql
    .tables<LakeTables>()
    .updateTable('lake_file')
    .set({
      ...(sha256 === undefined ? {} : { sha256 }),
      ...(stamp === undefined ? {} : { stamp }),
      ...(damage === undefined ? {} : { damage }),
      ...(sizeBytes === undefined ? {} : { size_bytes: sizeBytes }),
      ...(rows === undefined ? {} : { row_count: rows }),
      ...(others === undefined ? {} : { other_columns: JSON.stringify(others) }),
      ...(hasPositions === undefined ? {} : { has_positions: hasPositions ? 1 : 0 }),
    })
    .where('id', '=', id)
    .where('place', '=', place)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

/** Marks a damaged file, unless it was replaced or moved since the check. */
export async function saveDamage(sql: Sql, { id, place, stamp }: StagedFile, damage: string): Promise<void> {
  await sql
    .tables<LakeTables>()
    .updateTable('lake_file')
    .set({ damage })
    .where('id', '=', id)
    .where('place', '=', place)
    .where((eb) => (stamp === null ? eb('stamp', 'is', null) : eb('stamp', '=', stamp)))
    .execute();
}

/** Every path that any manifest, current or old, still names. */
export async function findKnownPaths(sql: Sql): Promise<Set<string>> {
  const rows = await sql.tables<LakeTables>().selectFrom('lake_file').select('path').execute();
  return new Set(rows.map((row) => row.path));
}

/** The places that manifests name for files, by id of the file; without files that no manifest names. */
export async function findPlacesOfFiles(sql: Sql, ids: readonly string[]): Promise<Map<string, Set<number>>> {
  const places = new Map<string, Set<number>>();
  for (let at = 0; at < ids.length; at += IDS_A_STATEMENT) {
    const rows = await sql
      .tables<LakeTables>()
      .selectFrom('lake_file')
      .select(['id', 'place'])
      .where('id', 'in', ids.slice(at, at + IDS_A_STATEMENT))
      .execute();
    for (const { id, place } of rows) places.set(id, (places.get(id) ?? new Set()).add(place));
  }
  return places;
}

/**
 * Files as they enter a manifest. One that was in a manifest before may have been moved since the caller read it; a new one is in the place
 * that it was staged to. Error: `lake_moved`.
 */
async function findWithPlaces(sql: Sql, files: readonly StagedFile[]): Promise<StagedFile[]> {
  if (files.length === 0) return [];
  const known = await findPlacesOfFiles(
    sql,
    files.map(({ id }) => id),
  );
  const placed = files.map((file) => {
    const places = known.get(file.id);
    return places === undefined || places.has(file.place) ? file : { ...file, place: Math.max(...places) };
  });
  const gone = await findGonePlaces(sql, [...new Set(placed.map(({ place }) => place))]);
  if (gone.length === 0) return placed;
  const detail = 'The lake was moved more than a day ago, after this change had begun. Repeat the change.';
  throw new AppError('lake_moved', detail);
}

/** Files that no manifest names and that stay on the disk all the same: a stay that ended as it began. */
export async function keepFiles(sql: Sql, table: string, files: readonly StagedFile[]): Promise<void> {
  const sequence = await takeNextSequence(sql, table);
  for (const file of await findWithPlaces(sql, files))
    await insertStay(sql, table, file, { added_at: sequence, removed_at: sequence });
}

async function takeNextSequence(sql: Sql, table: string): Promise<number> {
  const { sequence } = await sql
    .tables<LakeTables>()
    .insertInto('lake_manifest')
    .values({ table_name: table, sequence: 1 })
    .onConflict((conflict) =>
      conflict.column('table_name').doUpdateSet((eb) => ({ sequence: eb('lake_manifest.sequence', '+', 1) })),
    )
    .returning('sequence')
    .executeTakeFirstOrThrow();
  return sequence;
}

/** Number of the newest swap. Until the transaction ends, no other swap of the table can begin. */
export async function lockSequence(sql: Sql, table: string): Promise<number> {
  const { sequence } = await sql
    .tables<LakeTables>()
    .insertInto('lake_manifest')
    .values({ table_name: table, sequence: 0 })
    .onConflict((conflict) =>
      conflict.column('table_name').doUpdateSet((eb) => ({ sequence: eb.ref('lake_manifest.sequence') })),
    )
    .returning('sequence')
    .executeTakeFirstOrThrow();
  return sequence;
}

async function insertStay(
  sql: Sql,
  table: string,
  file: StagedFile,
  stay: { readonly added_at: number; readonly removed_at: number | null },
): Promise<void> {
  await sql
    .tables<LakeTables>()
    .insertInto('lake_file')
    .values({
      id: file.id,
      table_name: table,
      partition_name: file.partition,
      path: file.path,
      place: file.place,
      row_count: file.rows,
      size_bytes: file.sizeBytes,
      other_columns: JSON.stringify(file.others),
      has_positions: file.hasPositions ? 1 : 0,
      sha256: file.sha256,
      stamp: file.stamp,
      damage: file.damage,
      ...stay,
    })
    .execute();
}

/** Answers the number of the swap. */
export async function swapFiles(sql: Sql, table: string, change: LakeSwap): Promise<number> {
  const db = sql.tables<LakeTables>();
  const sequence = await takeNextSequence(sql, table);
  for (const partition of change.remove) {
    await db
      .updateTable('lake_file')
      .set({ removed_at: sequence })
      .where('table_name', '=', table)
      .where('partition_name', '=', partition)
      .where('removed_at', 'is', null)
      .execute();
  }
  const { removeFiles = [] } = change;
  for (let at = 0; at < removeFiles.length; at += IDS_A_STATEMENT) {
    const ids = removeFiles.slice(at, at + IDS_A_STATEMENT);
    const { numUpdatedRows } = await db
      .updateTable('lake_file')
      .set({ removed_at: sequence })
      .where('table_name', '=', table)
      .where('id', 'in', ids)
      .where('removed_at', 'is', null)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows !== BigInt(ids.length)) throw new Error(`the manifest of ${table} was changed concurrently`);
  }
  for (const file of await findWithPlaces(sql, change.add))
    await insertStay(sql, table, file, { added_at: sequence, removed_at: null });
  return sequence;
}

/** Takes files out of every manifest, current and old; answers those that were in one. */
export async function forgetFilesById(sql: Sql, table: string, ids: readonly string[]): Promise<StagedFile[]> {
  const db = sql.tables<LakeTables>();
  const files = new Map<string, StagedFile>();
  for (let at = 0; at < ids.length; at += IDS_A_STATEMENT) {
    const some = ids.slice(at, at + IDS_A_STATEMENT);
    const rows = await db
      .selectFrom('lake_file')
      .selectAll()
      .where('table_name', '=', table)
      .where('id', 'in', some)
      .execute();
    for (const row of rows) files.set(row.id, toStagedFile(row));
    await db.deleteFrom('lake_file').where('table_name', '=', table).where('id', 'in', some).execute();
  }
  return [...files.values()];
}

/** Takes out of every manifest the files of which no stay has lasted beyond a swap. */
export async function forgetFiles(sql: Sql, table: string, sequence: number): Promise<StagedFile[]> {
  const db = sql.tables<LakeTables>();
  const rows = await db
    .selectFrom('lake_file')
    .selectAll()
    .where('table_name', '=', table)
    .where('removed_at', '<=', sequence)
    .where('id', 'not in', (eb) =>
      eb
        .selectFrom('lake_file')
        .select('id')
        .where('table_name', '=', table)
        .where((stay) => stay.or([stay('removed_at', 'is', null), stay('removed_at', '>', sequence)])),
    )
    .execute();
  const files = new Map(rows.map((row) => [row.id, toStagedFile(row)]));
  for (const id of files.keys()) {
    await db.deleteFrom('lake_file').where('table_name', '=', table).where('id', '=', id).execute();
  }
  return [...files.values()];
}
