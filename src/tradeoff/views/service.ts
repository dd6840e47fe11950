import { randomBytes } from 'node:crypto';
import type { BodyOf } from '../../platform/contract/schema.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { Identity } from '../../platform/http/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { type changeView, type createView, MOST_VIEWS, type SavedView } from './schema.ts';
import { countViews, findView, findViews, putView, removeView } from './store.ts';

export type Reader = Pick<Identity, 'name' | 'role'>;

export interface ViewDeps {
  readonly store: Store;
  readonly clock: Clock;
  /** Teams that the account is a member of. Implemented by org; injected by main. */
  readonly teamsOf: (sql: Sql, account: string) => Promise<readonly string[]>;
  readonly hasTeam: (sql: Sql, team: string) => Promise<boolean>;
  /** True for the path of a page of the web app. */
  readonly isPage: (path: string) => boolean;
  /** Removes the data of other features about a deleted view, in the same transaction. */
  readonly viewDeleted: (sql: Sql, view: string) => Promise<void>;
}

/** An administrator, or everybody on a server without accounts. */
const mayAll = ({ role }: Reader) => role === null || role === 'admin';

export async function listFor(deps: ViewDeps, reader: Reader, path: string | null): Promise<SavedView[]> {
  const { store, teamsOf } = deps;
  if (mayAll(reader)) return findViews(store, { reader: null, path });
  const teams = await teamsOf(store, reader.name);
  return findViews(store, { reader: { account: reader.name, teams }, path });
}

/** Errors: `invalid_request`, `team_not_found`, `not_permitted`, `view_limit_reached`. */
export function saveNew(deps: ViewDeps, reader: Reader, body: BodyOf<typeof createView>): Promise<SavedView> {
  const at = new Date(deps.clock.now()).toISOString();
  const view = `vw_${randomBytes(10).toString('hex')}`;
  const saved: SavedView = { view, ...body, owner: reader.name, createdAt: at, updatedAt: at };
  return deps.store.transaction(async (sql) => {
    await check(deps, sql, reader, saved);
    if ((await countViews(sql, reader.name)) >= MOST_VIEWS) {
      const detail = `${reader.name} has ${MOST_VIEWS} views, the most that an account may have. Delete one first.`;
      throw new AppError('view_limit_reached', detail);
    }
    await putView(sql, saved);
    return saved;
  });
}

/** Errors: `view_not_found`, `invalid_request`, `team_not_found`, `not_permitted`. */
export function change(
  deps: ViewDeps,
  reader: Reader,
  id: string,
  body: BodyOf<typeof changeView>,
): Promise<SavedView> {
  return deps.store.transaction(async (sql) => {
    const before = await requireOwn(deps, sql, reader, id);
    const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
    const after = { ...before, ...given, updatedAt: new Date(deps.clock.now()).toISOString() };
    const changed = { ...after, team: after.sharing === 'team' ? after.team : null };
    await check(deps, sql, reader, changed);
    await putView(sql, changed);
    return changed;
  });
}

/** Errors: `view_not_found`, `not_permitted`. */
export function remove(deps: ViewDeps, reader: Reader, id: string): Promise<SavedView> {
  return deps.store.transaction(async (sql) => {
    const before = await requireOwn(deps, sql, reader, id);
    await removeView(sql, id);
    await deps.viewDeleted(sql, id);
    return before;
  });
}

/** A view that the reader does not see is answered as if there were none. Error: `view_not_found`. */
export async function readView(deps: ViewDeps, sql: Sql, reader: Reader, id: string): Promise<SavedView> {
  const found = await findView(sql, id);
  if (found !== null && (await isSeen(deps, sql, reader, found))) return found;
  const detail = `There is no view ${id}. List the views with: steelyard view list`;
  throw new AppError('view_not_found', detail, { view: id });
}

/** Errors: `view_not_found`, `not_permitted`. */
async function requireOwn(deps: ViewDeps, sql: Sql, reader: Reader, id: string): Promise<SavedView> {
  const found = await readView(deps, sql, reader, id);
  if (mayAll(reader) || found.owner === reader.name) return found;
  const detail = `The view "${found.name}" belongs to ${found.owner}; only its owner and administrators change it.`;
  throw new AppError('not_permitted', detail, { view: id });
}

async function isSeen({ teamsOf }: ViewDeps, sql: Sql, reader: Reader, view: SavedView): Promise<boolean> {
  if (mayAll(reader) || view.owner === reader.name || view.sharing === 'all') return true;
  return view.sharing === 'team' && (await teamsOf(sql, reader.name)).includes(view.team ?? '');
}

async function check(deps: ViewDeps, sql: Sql, reader: Reader, { path, sharing, team }: SavedView): Promise<void> {
  if (!deps.isPage(path)) {
    const detail = `"path": ${path} is no page of the web app. Give the path of a page, such as "/costs".`;
    throw new AppError('invalid_request', detail, { path });
  }
  if ((sharing === 'team') !== (team !== null)) {
    throw new AppError('invalid_request', '"team": give a team with "sharing": "team", and only then.', { sharing });
  }
  if (team === null) return;
  if (!(await deps.hasTeam(sql, team))) throw new AppError('team_not_found', `There is no team "${team}".`, { team });
  if (mayAll(reader) || (await deps.teamsOf(sql, reader.name)).includes(team)) return;
  const detail = `${reader.name} is not a member of team ${team}; share the view with a team of yours.`;
  throw new AppError('not_permitted', detail, { team });
}
