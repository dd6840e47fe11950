import type { Sql } from '../../platform/store/index.ts';
import { SavedView } from './schema.ts';

interface ViewTables {
  saved_view: {
    id: string;
    name: string;
    path: string;
    search: string;
    owner: string;
    sharing: string;
    team: string | null;
    created_at: string;
    updated_at: string;
  };
}

const MOST_LISTED = 1000;

export interface ViewSelection {
  /** Sees the views of this account, those of the teams and those shared with all; null: sees all. */
  readonly reader: { readonly account: string; readonly teams: readonly string[] } | null;
  /** Only of this page; null: of all. */
  readonly path: string | null;
}

/** By name. */
export async function findViews(sql: Sql, { reader, path }: ViewSelection): Promise<SavedView[]> {
  let query = sql.tables<ViewTables>().selectFrom('saved_view').selectAll();
  if (reader !== null) {
    query = query.where((eb) =>
      eb.or([
        eb('owner', '=', reader.account),
        eb('sharing', '=', 'all'),
        ...(reader.teams.length === 0
          ? []
          : [eb.and([eb('sharing', '=', 'team'), eb('team', 'in', [...reader.teams])])]),
      ]),
    );
  }
  if (path !== null) query = query.where('path', '=', path);
  return (await query.orderBy('name').orderBy('id').limit(MOST_LISTED).execute()).map(rowToView);
}

export async function findView(sql: Sql, id: string): Promise<SavedView | null> {
  const row = await sql
    .tables<ViewTables>()
    .selectFrom('saved_view')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : rowToView(row);
}

export async function countViews(sql: Sql, owner: string): Promise<number> {
  const { views } = await sql
    .tables<ViewTables>()
    .selectFrom('saved_view')
    .select(({ fn }) => fn.countAll<number>().as('views'))
    .where('owner', '=', owner)
    .executeTakeFirstOrThrow();
  return Number(views);
}

export async function putView(sql: Sql, view: SavedView): Promise<void> {
  const { view: id, createdAt: created_at, updatedAt: updated_at, ...rest } = view;
  const row = { id, created_at, updated_at, ...rest };
  await sql
    .tables<ViewTables>()
    .insertInto('saved_view')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}

export async function removeView(sql: Sql, id: string): Promise<void> {
  await sql.tables<ViewTables>().deleteFrom('saved_view').where('id', '=', id).execute();
}

/** Deletes the private views of a deleted account; shared ones stay with those who use them. */
export async function deletePrivateViews(sql: Sql, account: string): Promise<void> {
  const views = sql.tables<ViewTables>().deleteFrom('saved_view').where('owner', '=', account);
  await views.where('sharing', '=', 'private').execute();
}

function rowToView({ id, created_at, updated_at, ...row }: ViewTables['saved_view']): SavedView {
  return SavedView.parse({ view: id, createdAt: created_at, updatedAt: updated_at, ...row });
}
