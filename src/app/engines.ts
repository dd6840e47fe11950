import { join } from 'node:path';
import { buildJournalFolder } from '../mlops/predictions/index.ts';
import { refuseHalfRestored, removeBackupLeftovers } from '../platform/backup/index.ts';
import type { Config } from '../platform/config/index.ts';
import { type LakeDeps, openLake } from '../platform/lake/index.ts';
import type { Lifetime } from '../platform/lifetime/index.ts';
import { openObjects, openRemoteObjects } from '../platform/objects/index.ts';
import { buildServerFolder, SERVERS_FOLDER } from '../platform/store/folder-lock.ts';
import { checkStoreAtStart, openStore, type Store } from '../platform/store/index.ts';
import type { Log } from '../platform/telemetry/index.ts';
import type { Clock } from '../platform/units/index.ts';
import { migrations } from './migrations.ts';
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
  // Both open in other threads, so they run concurrently.
  const openingLake = openLake(lakeFolders(config, folder)).then((lake) => lifetime.use(lake));
  const openingStore = openStore({ database: config.database, folder }).then((store) => lifetime.use(store));
  await Promise.allSettled([openingLake, openingStore]);
  const [lake, store] = await Promise.all([openingLake, openingStore]);
  start?.confirm();
  await store.migrate(migrations);
  await lake.removeOrphans(store);
  const objects = lifetime.use(
    addFolderDigests(await openObjects(join(folder, 'objects'), { shared: config.server !== undefined }), store),
  );
  const artifacts =
    config.objects === undefined
      ? objects
      : lifetime.use(addBucketDigests(await openRemoteObjects(config.objects, { clock }), store));
  const storeProblems = checkStoreInBackground(store, start?.wasKilled === true, log);
  return { store, lake, objects, artifacts, storeProblems };
}

function lakeFolders(config: Config, folder: string): LakeDeps {
  const { server } = config;
  const facts = { root: join(folder, 'lake'), memory: config.lakeMemory, threads: config.lakeThreads ?? null };
  const objects = join(folder, 'objects');
  if (server === undefined) return { ...facts, readable: [objects, buildJournalFolder(folder)] };
  const spill = join(buildServerFolder(folder, server), 'spill');
  return { ...facts, readable: [objects, join(folder, SERVERS_FOLDER)], shared: { spill } };
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
