import { hostname } from 'node:os';
import type { FastifyInstance } from 'fastify';
import { READING_JOURNAL } from '../finops/gpu-telemetry/index.ts';
import { buildJournalFolder, PREDICTION_JOURNALS } from '../mlops/predictions/index.ts';
import { type Config, listConfigWarnings, parseRoles, type Role } from '../platform/config/index.ts';
import { AppError } from '../platform/errors/index.ts';
import { removeLeftJournals, type SharedJournal, takeOverJournals } from '../platform/journal/index.ts';
import type { Lake } from '../platform/lake/index.ts';
import type { Lifetime } from '../platform/lifetime/index.ts';
import { createLoop } from '../platform/loop/index.ts';
import {
  assertNotShared,
  isSharedFolder,
  joinServers,
  type Membership,
  type Takeover,
} from '../platform/servers/index.ts';
import { buildServerFolder, lockFolder, shareFolder } from '../platform/store/folder-lock.ts';
import type { Store } from '../platform/store/index.ts';
import type { Log } from '../platform/telemetry/index.ts';
import type { Clock } from '../platform/units/index.ts';
import { readVersion } from './version.ts';

/** For this time a reader on another server may use a segment of a journal that was settled. Longer than any query. */
const KEEP_SEGMENTS_MS = 10 * 60_000;
/** Replicas and their usage, and notes of the executors. */
const OWN_FILES = ['serving', 'docker', 'kubernetes', 'server-id'];
const SWEEP_EVERY_MS = 10 * 60_000;

/**
 * Locks the data folder for its only server, or the folder of one server of several. `lock`: the first of them, where the caller holds it.
 * Error: `data_folder_in_use`.
 */
export function enterDataFolder({ server }: Config, folder: string, lock: Disposable | undefined, lifetime: Lifetime) {
  if (server !== undefined) {
    lifetime.use(shareFolder(folder));
    lifetime.use(lock ?? lockFolder(buildServerFolder(folder, server)));
    return;
  }
  lifetime.use(lock ?? lockFolder(folder));
  if (!isSharedFolder(folder)) return;
  const detail = `The data folder ${folder} belongs to several servers. Start one with the setting "server", or name a running one with --url.`;
  throw new AppError('data_folder_in_use', detail, { folder });
}

export interface JoinDeps {
  readonly config: Config;
  /** Data folder. */
  readonly folder: string;
  readonly store: Store;
  readonly lake: Lake;
  /** Leftovers of the lake are removed while the server runs. */
  readonly isLakeSwept: boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly url: () => string | null;
  /** Closes the server and opens it again, with new journals. */
  readonly restart: () => void;
}

/** Folders and journals of this server. */
export interface ServerPlace {
  /** One of several; null: the only server of its data folder. */
  readonly membership: Membership | null;
  /** Folder that only this server reads and writes. */
  readonly ownFolder: string;
  readonly journalFolder: string;
  readonly shared: SharedJournal | undefined;
  /** Every folder with journals, or with damage set aside from them. */
  readonly journalFolders: () => Promise<string[]>;
  /** Starts to take over from ended servers, and to delete lake files that no server can need. */
  start(takeFiles: Takeover['takeFiles']): void;
}

/** Joins the other servers of the store, where the settings name this one. */
export async function takePlace(deps: JoinDeps, lifetime: Lifetime): Promise<ServerPlace> {
  const { config, folder, clock, log } = deps;
  if (config.server === undefined) {
    await assertNotShared(deps.store);
    const journalFolder = buildJournalFolder(folder);
    const single = { membership: null, ownFolder: folder, journalFolder, shared: undefined };
    const sweep = deps.isLakeSwept ? lifetime.use(createSweep(deps)) : null;
    return { ...single, journalFolders: async () => [journalFolder], start: () => sweep?.start() };
  }
  for (const warning of listConfigWarnings(config)) log.warn(warning);
  const membership = lifetime.use(
    await joinServers({
      ...{ store: deps.store, clock, log, data: folder, name: config.server, roles: parseRoles(config.roles) },
      ...{ version: readVersion(), url: deps.url, lost: deps.restart, inherited: OWN_FILES },
    }),
  );
  const sweep = lifetime.use(createSweep(deps));
  return {
    membership,
    ownFolder: membership.folder,
    journalFolder: membership.journals,
    shared: {
      isHeld: () => membership.lease.isHeld(),
      isUntaken: () => membership.isUntaken(),
      assertHeld: (sql) => membership.lease.assertHeld(sql),
      others: () => membership.otherJournals(),
      keepMs: KEEP_SEGMENTS_MS,
    },
    journalFolders: () => membership.allJournals(),
    start(takeFiles) {
      membership.startTakeovers({ ...createTakeover(deps), takeFiles });
      sweep.start();
    },
  };
}

function createTakeover({ store, lake, clock, log }: JoinDeps): Omit<Takeover, 'takeFiles'> {
  const shapes = [...PREDICTION_JOURNALS, READING_JOURNAL];
  const journals = { store, lake, log, now: clock.now, keepMs: KEEP_SEGMENTS_MS };
  return {
    move: ({ assertHeld, ...left }) => takeOverJournals({ ...journals, assertHeld }, shapes, left),
    remove: (left) => removeLeftJournals(journals, shapes, left),
  };
}

function createSweep({ store, lake, clock, log }: JoinDeps) {
  const failed = (error: unknown) =>
    log.error({ err: error }, 'files that no manifest names could not be removed, will retry in ten minutes');
  const loop = createLoop({
    look: async () => {
      try {
        const removed = await lake.removeOrphans(store, clock.now());
        if (removed > 0) log.info({ removed }, 'removed files that no manifest names');
      } catch (error) {
        // The loop would retry after a second: too soon for a listing of the whole lake.
        failed(error);
      }
      return SWEEP_EVERY_MS;
    },
    failed,
    longestRestMs: SWEEP_EVERY_MS,
  });
  return { start: () => loop.start(), [Symbol.asyncDispose]: () => loop.stop() };
}

/** Address for other machines; null: the port is not known yet. */
export function findOwnUrl({ host, tlsCertFile }: Config, http: FastifyInstance | null): string | null {
  const bound = http?.server.address() ?? null;
  const plainPort = typeof bound === 'object' && bound !== null ? bound.port : null;
  const port = tlsCertFile === undefined ? plainPort : (http?.tls?.port() ?? null);
  if (port === null) return null;
  const name = host === '0.0.0.0' || host === '::' ? hostname() : host;
  return `${tlsCertFile === undefined ? 'http' : 'https'}://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/** Routes that a server with any role answers. */
const EVERYWHERE = ['/health', '/metrics', '/version', '/api/v1/version', '/api/v1/servers', '/api/v1/system'];

/** Refuses requests to routes of a role that this server does not have. Error: `not_served_here`. */
export function createRoleCheck({ roles: list }: Config): (route: string) => void {
  const roles = parseRoles(list);
  return (route) => {
    const role: Role = route.startsWith('/serve/') ? 'gateway' : 'api';
    if (roles.includes(role) || EVERYWHERE.includes(route)) return;
    const detail = `This server has the role ${roles.join(' and ')}. Send the request to a server with the role "${role}".`;
    throw new AppError('not_served_here', detail, { roles, role });
  };
}
