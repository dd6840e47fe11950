import { handle, type Route } from '../http/index.ts';
import type { Store } from '../store/index.ts';
import { listServers, type ServerState } from './schema.ts';
import { findServers, readStoreClock, type StoredServer } from './store.ts';

export { isSharedFolder } from './folders.ts';
export { assertNotShared, joinServers, type Membership, type MembershipDeps, type Takeover } from './membership.ts';
export { serverMigrations } from './migrations.ts';

export interface ServersDeps {
  readonly store: Store;
  /** This server, where it is the only one of its data folder; null: one of several. */
  readonly single: (() => Pick<ServerState, 'roles' | 'version' | 'url' | 'startedAt'>) | null;
}

/** Names of the servers that hold their own lease. */
export async function listLiveServers(store: Store): Promise<string[]> {
  const servers = await findServers(store, readStoreClock);
  return servers.flatMap(({ name, isHeld, holder }) => (isHeld && holder === name ? [name] : []));
}

/** The servers of a store. */
export interface Servers {
  readonly routes: readonly Route[];
}

export function createServers({ store, single }: ServersDeps): Servers {
  const list = async (): Promise<ServerState[]> => {
    if (single !== null) return [{ name: null, ...single(), state: 'live', leaseUntil: null, holder: null }];
    return (await findServers(store, readStoreClock)).map(toState);
  };
  return { routes: [handle(listServers, async () => ({ servers: await list() }))] };
}

function toState({ isHeld, leaseUntil, holder, name, roles, ...facts }: StoredServer): ServerState {
  const isOwn = holder === name;
  return {
    ...{ name, ...facts, roles: [...roles] },
    state: isHeld ? (isOwn ? 'live' : 'takenOver') : 'ended',
    leaseUntil: leaseUntil === null ? null : new Date(leaseUntil).toISOString(),
    holder: isHeld ? holder : null,
  };
}
