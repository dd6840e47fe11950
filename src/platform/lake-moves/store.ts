import type { StagedFile } from '../lake/index.ts';
import type { Sql } from '../store/index.ts';
import { LakeMove } from './schema.ts';

interface MoveTables {
  lake_move: {
    id: string;
    from_place: number;
    to_place: number;
    state: string;
    started_at: string;
    document: string;
  };
  lake_move_copy: { move_id: string; path: string; sha256: string; stamp: string | null };
  lake_move_access: { move_id: string; server: string; problem: string | null };
  lake_file: {
    id: string;
    path: string;
    place: number;
    size_bytes: number;
    sha256: string | null;
    stamp: string | null;
    damage: string | null;
  };
}

export interface StoredMove extends LakeMove {
  readonly fromPlace: number;
  readonly toPlace: number;
}

/** A file that is in the target with its digest. */
export interface VerifiedCopy {
  readonly file: StagedFile;
  readonly stamp: string | null;
}

/** Moves that keep their target. */
const UNFINISHED: readonly LakeMove['state'][] = ['waiting', 'copying', 'switched', 'failed'];

export async function saveMove(sql: Sql, { fromPlace, toPlace, ...move }: StoredMove): Promise<void> {
  const row = { state: move.state, document: JSON.stringify(move) };
  await sql
    .tables<MoveTables>()
    .insertInto('lake_move')
    .values({ id: move.move, from_place: fromPlace, to_place: toPlace, started_at: move.startedAt, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}

export async function findMove(sql: Sql, id: string): Promise<StoredMove | null> {
  const row = await sql
    .tables<MoveTables>()
    .selectFrom('lake_move')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : toMove(row);
}

export async function findLastMove(sql: Sql): Promise<StoredMove | null> {
  const row = await sql
    .tables<MoveTables>()
    .selectFrom('lake_move')
    .selectAll()
    .orderBy('started_at', 'desc')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : toMove(row);
}

export async function findUnfinishedMove(sql: Sql): Promise<StoredMove | null> {
  const row = await sql
    .tables<MoveTables>()
    .selectFrom('lake_move')
    .selectAll()
    .where('state', 'in', UNFINISHED)
    .executeTakeFirst();
  return row === undefined ? null : toMove(row);
}

/** Why servers cannot open the target of a move, by name; null: they can. */
export async function findAccess(sql: Sql, move: string): Promise<Map<string, string | null>> {
  const rows = await sql
    .tables<MoveTables>()
    .selectFrom('lake_move_access')
    .select(['server', 'problem'])
    .where('move_id', '=', move)
    .execute();
  return new Map(rows.map(({ server, problem }) => [server, problem]));
}

export async function saveAccess(sql: Sql, move: string, server: string, problem: string | null): Promise<void> {
  await sql
    .tables<MoveTables>()
    .insertInto('lake_move_access')
    .values({ move_id: move, server, problem })
    .onConflict((conflict) => conflict.columns(['move_id', 'server']).doUpdateSet({ problem }))
    .execute();
}

/** Of a copy of the store: a move of the original is not one of the copy. */
export async function removeMoves(sql: Sql): Promise<void> {
  await sql.tables<MoveTables>().deleteFrom('lake_move_copy').execute();
  await sql.tables<MoveTables>().deleteFrom('lake_move_access').execute();
  await sql.tables<MoveTables>().deleteFrom('lake_move').execute();
}

/** Files that manifests name, and their bytes; each file once. */
export async function sumFiles(sql: Sql): Promise<{ files: number; bytes: number }> {
  const row = await sql
    .tables<MoveTables>()
    .selectFrom((eb) => eb.selectFrom('lake_file').select(['path', 'size_bytes']).distinct().as('file'))
    .select((eb) => [eb.fn.countAll().as('files'), eb.fn.sum('size_bytes').as('bytes')])
    .executeTakeFirstOrThrow();
  return { files: Number(row.files), bytes: Number(row.bytes ?? 0) };
}

/** Digests of the verified copies of a move, by path. */
export async function findCopies(sql: Sql, move: string): Promise<Map<string, string>> {
  const rows = await sql
    .tables<MoveTables>()
    .selectFrom('lake_move_copy')
    .select(['path', 'sha256'])
    .where('move_id', '=', move)
    .execute();
  return new Map(rows.map(({ path, sha256 }) => [path, sha256]));
}

export async function saveCopy(sql: Sql, move: string, { file: { path, sha256 }, stamp }: VerifiedCopy): Promise<void> {
  const facts = { sha256: sha256 ?? '', stamp };
  await sql
    .tables<MoveTables>()
    .insertInto('lake_move_copy')
    .values({ move_id: move, path, ...facts })
    .onConflict((conflict) => conflict.columns(['move_id', 'path']).doUpdateSet(facts))
    .execute();
}

export async function removeCopies(sql: Sql, move: string): Promise<void> {
  await sql.tables<MoveTables>().deleteFrom('lake_move_copy').where('move_id', '=', move).execute();
  await sql.tables<MoveTables>().deleteFrom('lake_move_access').where('move_id', '=', move).execute();
}

/** Copies of files that left every manifest during the move. */
export async function findForgottenCopies(sql: Sql, move: string): Promise<string[]> {
  const rows = await sql
    .tables<MoveTables>()
    .selectFrom('lake_move_copy')
    .select('path')
    .where('move_id', '=', move)
    .where('path', 'not in', (eb) => eb.selectFrom('lake_file').select('path'))
    .execute();
  return rows.map(({ path }) => path);
}

/** Names the target for every file that has a verified copy there. Returns the number of files that stay behind. */
export async function switchFiles(sql: Sql, { move, fromPlace, toPlace }: StoredMove): Promise<number> {
  const db = sql.tables<MoveTables>();
  await db
    .updateTable('lake_file')
    .set((eb) => ({
      place: toPlace,
      stamp: eb
        .selectFrom('lake_move_copy')
        .select('lake_move_copy.stamp')
        .whereRef('lake_move_copy.path', '=', 'lake_file.path')
        .where('lake_move_copy.move_id', '=', move),
    }))
    .where('place', '=', fromPlace)
    .where('damage', 'is', null)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('lake_move_copy')
          .select('lake_move_copy.path')
          .whereRef('lake_move_copy.path', '=', 'lake_file.path')
          .whereRef('lake_move_copy.sha256', '=', 'lake_file.sha256')
          .where('lake_move_copy.move_id', '=', move),
      ),
    )
    .execute();
  const { files } = await db
    .selectFrom('lake_file')
    .select((eb) => eb.fn.count('path').distinct().as('files'))
    .where('place', '=', fromPlace)
    .executeTakeFirstOrThrow();
  return Number(files);
}

/** Whether a manifest still names this content of a file, in its place. */
export async function isNamed(sql: Sql, { id, place, sha256 }: StagedFile): Promise<boolean> {
  const found = await sql
    .tables<MoveTables>()
    .selectFrom('lake_file')
    .select('id')
    .where('id', '=', id)
    .where('place', '=', place)
    .where('sha256', '=', sha256)
    .executeTakeFirst();
  return found !== undefined;
}

/** Names another place for a file whose copy is verified there, unless it has changed meanwhile. */
export async function switchFile(sql: Sql, to: number, { file, stamp }: VerifiedCopy): Promise<void> {
  await sql
    .tables<MoveTables>()
    .updateTable('lake_file')
    .set({ place: to, stamp })
    .where('id', '=', file.id)
    .where('place', '=', file.place)
    .where('sha256', '=', file.sha256)
    .where('damage', 'is', null)
    .execute();
}

function toMove(row: MoveTables['lake_move']): StoredMove {
  const document = LakeMove.parse(JSON.parse(row.document));
  return { ...document, fromPlace: row.from_place, toPlace: row.to_place };
}
