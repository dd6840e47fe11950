import { handle, type Route } from '../../platform/http/index.ts';
import { changeView, createView, deleteView, listViews } from './schema.ts';
import { change, listFor, remove, saveNew, type ViewDeps } from './service.ts';

export { viewMigrations } from './migrations.ts';
export { deletePrivateViews } from './store.ts';

/** Pages with their parameters under a name, private or shared. */
export interface Views {
  readonly routes: readonly Route[];
}

export function createViews(deps: ViewDeps): Views {
  return {
    routes: [
      handle(listViews, async ({ query: { path = null }, identity }) => ({
        views: await listFor(deps, identity, path),
      })),
      handle(createView, ({ body, identity }) => saveNew(deps, identity, body)),
      handle(changeView, ({ params: { view }, body, identity }) => change(deps, identity, view, body)),
      handle(deleteView, ({ params: { view }, identity }) => remove(deps, identity, view)),
    ],
  };
}
