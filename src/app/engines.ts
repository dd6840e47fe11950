import { join, resolve } from 'node:path';
import { buildJournalFolder } from '../mlops/predictions/index.ts';
import { refuseHalfRestored, removeBackupLeftovers } from '../platform/backup/index.ts';
import type { Config } from '../platform/config/index.ts';
import { openLake, openPlaces } from '../platform/lake/index.ts';
import type { Lifetime } from '../platform/lifetime/index.ts';
import { openObjects, openRemoteObjects } from '../platform/objects/index.ts';
import { buildServerFolder, lockLakeCache, SERVERS_FOLDER } from '../platform/store/folder-lock.ts';
import { checkStoreAtStart, openStore, type Store } from '../platform/store/index.ts';
import type { Log } from '../platform/telemetry/index.ts';
import type { Clock } from '../platform/units/index.ts';
import { migrations } from './migrations.ts';
import { openTrinoEngine } from './trino-engine.ts';
import { addBucketDigests, addFolderDigests } from './wire-integrity.ts';

export interface EngineDeps {
  readonly config: Config;
  /** Data folder. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Store, lake and objects of a data folder, each checked before anything reads it, with the schema of this version. */
export async function openEngines({ config, folder, clock, log }: EngineDeps, lifetime: Lifetime) {
  refuseHalfRestored(folder);
  await removeBackupLeftovers(folder);
  const start = config.database === 'sqlite' ? lifetime.use(await checkStoreAtStart(folder)) : null;
  const store = lifetime.use(await openStore({ database: config.database, folder }));
  start?.confirm();
  await store.migrate(migrations);
  const { lake, places, isSwept: isLakeSwept } = await openLakeOf({ config, folder, clock, log }, store, lifetime);
  const objects = lifetime.use(
    addFolderDigests(await openObjects(join(folder, 'objects'), { shared: config.server !== undefined }), store),
  );
  const artifacts =
    config.objects === undefined
      ? objects
      : lifetime.use(addBucketDigests(await openRemoteObjects(config.objects, { clock }), store));
  const storeProblems = checkStoreInBackground(store, start?.wasKilled === true, log);
  return { store, lake, lakePlaces: places, isLakeSwept, objects, artifacts, storeProblems };
}

/** The lake in the place that the store names. */
async function openLakeOf({ config, folder, clock, log }: EngineDeps, store: Store, lifetime: Lifetime) {
  const { server } = config;
  const ownFolder = server === undefined ? folder : buildServerFolder(folder, server);
  const root = join(folder, 'lake');
  const cacheFolder = resolve(config.lakeCacheFolder ?? join(ownFolder, 'lake-cache'));
  // The folder of the server has a lock already.
  if (config.lakeCacheFolder !== undefined) lifetime.use(lockLakeCache(cacheFolder));
  const { places, isInFolder } = await openPlaces({
    ...{ store, folder: root, cacheFolder, cacheBytes: parseSize(config.lakeCache) },
    setting: config.lake ?? null,
    openBucket: (address) => openRemoteObjects(address, { clock }),
    warn: (text) => log.warn(text),
  });
  // A start that lists a whole bucket would take long, so leftovers are removed while the server runs, as with several servers.
  const isSwept = server !== undefined || !isInFolder;
  const distributed =
    config.lakeEngine === 'trino' ? await openTrinoEngine({ config, clock, log }, store, places, lifetime) : undefined;
  const lake = lifetime.use(
    await openLake({
      ...{ root, moving: { places, roots: [root, cacheFolder] } },
      ...{ memory: config.lakeMemory, threads: config.lakeThreads ?? null },
      readable: [
        join(folder, 'objects'),
        server === undefined ? buildJournalFolder(folder) : join(folder, SERVERS_FOLDER),
      ],
      ...(isSwept ? { shared: { spill: join(ownFolder, 'spill') } } : {}),
      ...(distributed === undefined ? {} : { distributed }),
    }),
  );
  if (isInFolder) await lake.removeOrphans(store);
  return { lake, places, isSwept };
}

/** `20GB` in bytes. */
function parseSize(text: string): number {
  return Number.parseFloat(text) * (text.endsWith('GB') ? 1e9 : 1e6);
}

/**
 * Checks the pages of a store in the background: after a kill there is no earlier state to compare with, and a large store must not delay
 * the start of the server. Returns the problems found so far.
 */
function checkStoreInBackground(store: Store, isNeeded: boolean, log: Log): () => readonly string[] {
  let problems: readonly string[] = [];
  const take = (found: readonly string[]) => {
    problems = found;
    if (found.length > 0) log.error({ problems: found.slice(0, 3) }, 'the store is damaged; restore a backup');
  };
  if (isNeeded)
    store.check().then(take, (error: unknown) => log.error({ err: error }, 'the store could not be checked'));
  return () => problems;
}
