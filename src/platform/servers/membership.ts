import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../errors/index.ts';
import { createLoop } from '../loop/index.ts';
import { buildServerFolder } from '../store/folder-lock.ts';
import type { Sql, Store } from '../store/index.ts';
import { fenceJournals, isUnfenced } from './fence.ts';
import {
  adoptFormerJournals,
  buildOwnJournals,
  createInstance,
  findIdOfFolder,
  inheritFiles,
  listCopies,
  listJournals,
  makeIdOfFolder,
} from './folders.ts';
import { awaitLease, LEASE_MS, type Lease, type LeaseDeps, tryLease } from './lease.ts';
import type { ServerRole } from './schema.ts';
import { claimFolder, findFolderId, findServers, readStoreClock, removeServer, type StoredServer } from './store.ts';

/** Journals of an ended server, on their way into the lake. */
interface EndedJournals {
  readonly folder: string;
  /** New folder for a copy. */
  readonly copy: string;
  /** Throws in a transaction when this server has lost the right to take them over. */
  readonly assertHeld: (sql: Sql) => Promise<void>;
}

export interface Takeover {
  /** Moves the rows of ended journals into the lake; true: their files may be removed. */
  readonly move: (journals: EndedJournals) => Promise<boolean>;
  readonly remove: (journals: EndedJournals) => Promise<void>;
  /** Takes over the other files in the folder of a server that does not come back. Idempotent. */
  readonly takeFiles: (folder: string) => Promise<void>;
}

export interface MembershipDeps extends LeaseDeps {
  /** The data folder that all servers share. */
  readonly data: string;
  readonly name: string;
  readonly roles: readonly ServerRole[];
  readonly version: string;
  /** Entries of the data folder that its only server kept for itself: the first server with a name gets them. */
  readonly inherited: readonly string[];
  /** Address at which this server listens, when it does. */
  readonly url: () => string | null;
  /** Called once when another server has taken over from this one, which has to open its journals again. */
  readonly lost: () => void;
  /** Time between the fence of journals and the first look at them, for file systems with a cache; default: 2 s. */
  readonly fenceMs?: number;
}

/** One server of several on a store and a data folder. */
export interface Membership extends AsyncDisposable {
  readonly name: string;
  readonly lease: Pick<Lease, 'isHeld' | 'assertHeld' | 'renew'>;
  /** Folder of this server: what only it reads and writes. */
  readonly folder: string;
  /** Folder of the journals of this process, with one folder a table. */
  readonly journals: string;
  /** Whether no other server has begun to take these journals over; asks the file system, and needs no store. */
  isUntaken(): Promise<boolean>;
  /** Those of the other servers and of earlier processes. */
  otherJournals(): Promise<string[]>;
  /** All folders with journals or with damage that was set aside from them. */
  allJournals(): Promise<string[]>;
  /** Takes journals of ended servers over, now and again and again. */
  startTakeovers(takeover: Takeover): void;
  /** One round of it; for tests. */
  takeOver(takeover: Takeover): Promise<void>;
}

const TAKE_OVER_EVERY_MS = 30_000;
const FENCE_MS = 2_000;
/** A listing of a shared volume may be this old, and lack the last file of a server that has ended. Until then nothing is removed. */
const LISTING_AGE_MS = 2 * 60_000;

/**
 * Joins the servers of a store. Errors: `server_name_in_use`; `server_folder_differs`, where the data folder is not the shared one.
 */
export async function joinServers(deps: MembershipDeps): Promise<Membership> {
  const { data, store, name, roles, version, clock, log, url, lost } = deps;
  await store.exclusively('servers of the data folder', () => checkFolder(deps));
  const facts = { roles, version, url: null, startedAt: new Date(clock.now()).toISOString() };
  const lease = await awaitLease(deps, { name, holder: name, facts, url, lost });
  const journals = buildOwnJournals(data, lease);
  const own = { ...deps, lease, journals, seen: new Map<string, number>() };
  let loop = createLoop({ look: async () => null, failed: () => undefined, longestRestMs: TAKE_OVER_EVERY_MS });
  return {
    name,
    lease,
    folder: buildServerFolder(data, name),
    journals,
    isUntaken: () => isUnfenced(journals),
    otherJournals: async () => (await listJournals(data)).map(({ folder }) => folder).filter((one) => one !== journals),
    allJournals: async () => [...(await listJournals(data)), ...(await listCopies(data))].map(({ folder }) => folder),
    startTakeovers(takeover) {
      loop = createLoop({
        look: async () => {
          await takeOverEnded(own, takeover);
          return TAKE_OVER_EVERY_MS;
        },
        failed: (error) => log.error({ err: error }, 'journals of an ended server could not be taken over, will retry'),
        longestRestMs: TAKE_OVER_EVERY_MS,
      });
      loop.start();
    },
    takeOver: (takeover) => takeOverEnded(own, takeover),
    async [Symbol.asyncDispose]() {
      await loop.stop();
      await lease[Symbol.asyncDispose]();
    },
  };
}

/** Refuses a store of several servers to one without a name. Error: `config_invalid`. */
export async function assertNotShared(store: Store): Promise<void> {
  if ((await findFolderId(store)) === null) return;
  const detail =
    'Several servers share this store. Name this one with the setting "server", and use their data folder.';
  throw new AppError('config_invalid', detail, { setting: 'server' });
}

async function checkFolder({ data, store, name, inherited }: MembershipDeps): Promise<void> {
  const known = await findFolderId(store);
  if (known === null) {
    const id = await makeIdOfFolder(data);
    await store.transaction((sql) => claimFolder(sql, id));
  } else if ((await findIdOfFolder(data)) !== known) {
    // Nothing was written: the folder may be that of another store.
    const detail = `The data folder ${data} is not the one that the other servers of this store use. Mount the same volume on every server, and name it with the setting "data".`;
    throw new AppError('server_folder_differs', detail, { folder: data });
  }
  await adoptFormerJournals(data);
  await inheritFiles(data, name, inherited);
}

interface TakingOver extends MembershipDeps {
  readonly lease: Lease;
  readonly journals: string;
  /** Folders that were left, with the monotonic time at which this process saw them first. */
  readonly seen: Map<string, number>;
}

/** Every name with journals or in the store, one after the other; a name that fails does not keep the others waiting. */
async function takeOverEnded(deps: TakingOver, takeover: Takeover): Promise<void> {
  const { data, store, name, journals, storeClock = readStoreClock, log } = deps;
  const folders = (await listJournals(data)).filter(({ folder }) => folder !== journals);
  const stored = await findServers(store, storeClock);
  const held = new Set(stored.flatMap((one) => (one.isHeld ? [one.name] : [])));
  const waits = new Set(stored.filter((one) => mayRenew(deps, one)).map((one) => one.name));
  const names = new Set([...stored.map((one) => one.name), ...folders.map(({ server }) => server)]);
  for (const server of [...names].filter((one) => one === name || !(held.has(one) || waits.has(one)))) {
    const of = folders.filter((one) => one.server === server).map(({ folder }) => folder);
    try {
      if (server === name) await moveAll(deps, { folders: of, lease: deps.lease }, takeover);
      else await takeOverServer(deps, { server, folders: of }, takeover);
    } catch (error) {
      log.error({ err: error, server }, 'journals of an ended server could not be taken over, will retry');
    }
  }
}

/**
 * Whether the holder of an expired lease may have been kept from renewing it by the same outage of the store as this server: it gets the time to do
 * so before it is taken over.
 */
function mayRenew({ lease, name, leaseMs = LEASE_MS }: TakingOver, server: StoredServer): boolean {
  return server.name !== name && server.leaseUntil !== null && !server.isHeld && lease.heldMs() < leaseMs;
}

async function takeOverServer(
  deps: TakingOver,
  { server, folders }: { readonly server: string; readonly folders: readonly string[] },
  takeover: Takeover,
): Promise<void> {
  const lease = await tryLease(deps, { name: server, holder: deps.name, facts: null });
  if (lease === null) return;
  await using taken = lease;
  const isOver = await moveAll(deps, { folders, lease: taken }, takeover);
  await takeover.takeFiles(buildServerFolder(deps.data, server));
  if (isOver) await removeServer(deps.store, taken);
}

/** True when nothing of them is left. */
async function moveAll(
  { seen, fenceMs = FENCE_MS, monotonicNow = () => performance.now() }: TakingOver,
  { folders, lease }: { readonly folders: readonly string[]; readonly lease: Lease },
  takeover: Takeover,
): Promise<boolean> {
  let isOver = true;
  for (const folder of folders) {
    const ended = {
      folder,
      copy: `${folder}-by-${createInstance()}`,
      assertHeld: (sql: Sql) => lease.assertHeld(sql),
    };
    const firstSeen = seen.get(folder) ?? monotonicNow();
    seen.set(folder, firstSeen);
    if (await fenceJournals(folder)) await pause(fenceMs);
    const isMoved = await takeover.move(ended);
    if (isMoved && monotonicNow() - firstSeen >= LISTING_AGE_MS) {
      await takeover.remove(ended);
      seen.delete(folder);
    } else isOver = false;
  }
  return isOver;
}
