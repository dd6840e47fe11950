import {
  findFilesOfPlace,
  findKnownPaths,
  findPlaces,
  hasFiles,
  type PlaceRecord,
  type Places,
  READ_MS,
  removeLeftovers,
  STAGING_MS,
  updatePlace,
} from '../lake/index.ts';
import type { Log } from '../telemetry/index.ts';
import type { Clock } from '../units/index.ts';
import { type CopyDeps, copyFile } from './copy-file.ts';
import { switchFile } from './store.ts';

export interface LeaveDeps extends CopyDeps {
  readonly places: Places;
  readonly clock: Clock;
  readonly log: Log;
}

const REMOVED_TOGETHER = 100;

/** Copies the files that manifests name in a place of before a move, and names the current place for them. Returns how many there were. */
export async function drainPlace(deps: LeaveDeps, id: number, signal: AbortSignal): Promise<number> {
  const { store, places, clock } = deps;
  const current = places.current;
  const files = await findFilesOfPlace(store, id);
  if (files.length === 0 || current.id === id) return 0;
  await places.ensure(store, files);
  for (const file of files.filter(({ damage }) => damage === null)) {
    signal.throwIfAborted();
    const copy = await copyFile(deps, places.get(id), current.place, file);
    if (copy === null) continue;
    await store.transaction(async (sql) => {
      await switchFile(sql, current.id, copy);
      // Readers may have opened it in the old place.
      await updatePlace(sql, id, { leftAt: clock.now() });
    });
  }
  return files.length;
}

/**
 * One look at each place of before a move: its last files follow, files that no reader needs any more are removed, and a place without files is
 * given back.
 */
export async function leavePlaces(deps: LeaveDeps, signal: AbortSignal): Promise<void> {
  const { store, places, log } = deps;
  await places.follow();
  const left = (await findPlaces(store)).filter(({ state }) => state === 'left');
  for (const record of left) {
    try {
      await leavePlace(deps, record, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      log.warn({ err: error, place: record.address }, 'the former place of the lake could not be emptied, will retry');
      await giveUpLost(deps, record);
    }
  }
}

async function leavePlace(deps: LeaveDeps, record: PlaceRecord, signal: AbortSignal): Promise<void> {
  const { store, lake, places, clock } = deps;
  const place = await places.use(record);
  const leftAt = record.leftAt ?? clock.now();
  if (leftAt + READ_MS <= clock.now()) {
    const listed = (await place.list()).filter(({ path }) => path.endsWith('.parquet'));
    const known = await findKnownPaths(store);
    const own = new Set((await findFilesOfPlace(store, record.id)).map(({ path }) => path));
    // Nothing was ever staged to the target of a cancelled move.
    const isMoved = (path: string) => (known.has(path) ? !own.has(path) : leftAt === 0);
    const moved = listed.filter(({ path }) => isMoved(path));
    for (let at = 0; at < moved.length; at += REMOVED_TOGETHER) {
      signal.throwIfAborted();
      const some = moved.slice(at, at + REMOVED_TOGETHER);
      await lake.upkeep.removeAll(some.map(({ path }) => ({ place: record.id, path })));
    }
    await removeLeftovers(place, async () => known, Date.now());
  }
  await drainPlace(deps, record.id, signal);
  const isStaged = leftAt > 0 && clock.now() < leftAt + STAGING_MS;
  if (!isStaged && (await isEmpty(deps, record))) await endPlace(deps, record);
}

async function isEmpty({ places }: LeaveDeps, { id }: PlaceRecord): Promise<boolean> {
  return !(await places.get(id).list()).some(({ path }) => path.endsWith('.parquet'));
}

/** From now on no swap can name a file in it. */
async function endPlace({ store, places, log }: LeaveDeps, ended: PlaceRecord): Promise<void> {
  const { id, address } = ended;
  const isEnded = await store.transaction(async (sql) => {
    const now = (await findPlaces(sql)).find((record) => record.id === id);
    if (now?.state !== 'left' || (await hasFiles(sql, id))) return false;
    await updatePlace(sql, id, { state: 'gone' });
    return true;
  });
  if (!isEnded) return;
  await places.get(id).giveUp(ended);
  await places.close(id);
  log.info({ place: address }, 'the former place of the lake is empty');
}

/** A place that cannot be opened a day after it was left, and that no manifest names, is no longer needed. */
async function giveUpLost({ store, clock, log }: LeaveDeps, { id, address, leftAt }: PlaceRecord): Promise<void> {
  if (leftAt === null || clock.now() < leftAt + STAGING_MS) return;
  const isLost = await store.transaction(async (sql) => {
    if (await hasFiles(sql, id)) return false;
    await updatePlace(sql, id, { state: 'gone' });
    return true;
  });
  if (isLost) log.warn({ place: address }, 'files of the lake remain in its former place; remove them there');
}
