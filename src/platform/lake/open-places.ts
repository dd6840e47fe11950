import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readSystemCode } from '../errors/index.ts';
import type { Objects } from '../objects/index.ts';
import type { Store } from '../store/index.ts';
import { openBucketPlace } from './bucket-place.ts';
import { openFolderPlace } from './folder-place.ts';
import { assertHoldsPlace, findOrAddPlace, openCurrentBucket } from './installation.ts';
import type { LakePlace } from './place.ts';
import { buildFullAddress, findPlaces, IN_DATA_FOLDER, type PlaceRecord } from './place-records.ts';
import { Places } from './places.ts';

export interface OpenPlacesDeps {
  readonly store: Store;
  /** Setting "lake"; null: the data folder. */
  readonly setting: string | null;
  /** Opens the bucket of an address with parameters. */
  readonly openBucket: (address: string) => Promise<Objects>;
  /** Folder of the files of a lake in the data folder. */
  readonly folder: string;
  /** Folder of this server for the copies of files in buckets. */
  readonly cacheFolder: string;
  /** Size of the copies of one bucket: during a move from bucket to bucket there are two. */
  readonly cacheBytes: number;
  readonly warn: (text: string) => void;
}

/** Copies of one place; other names in the folder are not ours. */
const COPIES = /^place-\d+$/;

/**
 * Opens the current place of the lake that the store names. Errors: those of buckets, `lake_elsewhere`, `lake_of_another_installation`.
 */
export async function openPlaces(deps: OpenPlacesDeps): Promise<{ places: Places; isInFolder: boolean }> {
  const { store, setting, warn } = deps;
  const found = await findOrAddPlace(store, setting);
  if (found.warning !== null) warn(found.warning);
  await removeOldCopies(deps);
  const { record } = found;
  const isInFolder = record.address === IN_DATA_FOLDER;
  const place = isInFolder
    ? await openFolderPlace(deps.folder)
    : await openCopied(deps, record, await openCurrentBucket(store, found, setting, deps.openBucket));
  const places = Places.start({ store, open: (other) => openPlace(deps, other) }, record.id, place);
  return { places, isInFolder };
}

async function openPlace(deps: OpenPlacesDeps, record: PlaceRecord): Promise<LakePlace> {
  if (record.address === IN_DATA_FOLDER) return openFolderPlace(deps.folder);
  const bucket = await deps.openBucket(buildFullAddress(record));
  // The move claims its target itself.
  if (record.state !== 'target') await assertHoldsPlace(deps.store, bucket, record);
  return openCopied(deps, record, bucket);
}

function openCopied({ cacheFolder, cacheBytes }: OpenPlacesDeps, { id }: PlaceRecord, objects: Objects) {
  return openBucketPlace({ objects, root: join(cacheFolder, `place-${id}`), cacheBytes, isOwned: true });
}

async function removeOldCopies({ store, cacheFolder }: OpenPlacesDeps): Promise<void> {
  const known = new Set((await findPlaces(store)).map(({ id }) => `place-${id}`));
  const names = await readdir(cacheFolder).catch((error: unknown) => {
    if (readSystemCode(error) === 'ENOENT') return [];
    throw error;
  });
  const old = names.filter((name) => COPIES.test(name) && !known.has(name));
  await Promise.all(old.map((name) => rm(join(cacheFolder, name), { recursive: true, force: true })));
}
