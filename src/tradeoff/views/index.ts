import { handle, type Route } from '../../platform/http/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { changeView, createView, deleteView, getView, listViews, type SavedView } from './schema.ts';
import { change, listFor, type Reader, readView, remove, saveNew, type ViewDeps } from './service.ts';

export { viewMigrations } from './migrations.ts';
export { deletePrivateViews } from './store.ts';

/** Pages with their parameters under a name, private or shared. */
export interface Views {
  readonly routes: readonly Route[];
  /** The view, if the reader sees it. Error: `view_not_found`. */
  read(sql: Sql, reader: Reader, view: string): Promise<SavedView>;
  /** The views that the reader sees, by name. */
  list(reader: Reader): Promise<readonly SavedView[]>;
}

export function createViews(deps: ViewDeps): Views {
  return {
    read: (sql, reader, view) => readView(deps, sql, reader, view),
    list: (reader) => listFor(deps, reader, null),
    routes: [
      handle(listViews, async ({ query: { path = null }, identity }) => ({
        views: await listFor(deps, identity, path),
      })),
      handle(getView, ({ params: { view }, identity }) => readView(deps, deps.store, identity, view)),
      handle(createView, ({ body, identity }) => saveNew(deps, identity, body)),
      handle(changeView, ({ params: { view }, body, identity }) => change(deps, identity, view, body)),
      handle(deleteView, ({ params: { view }, identity }) => remove(deps, identity, view)),
    ],
  };
}
