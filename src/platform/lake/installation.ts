import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { AppError } from '../errors/index.ts';
import type { Objects } from '../objects/index.ts';
import type { Sql, Store } from '../store/index.ts';
import { findSampleFiles } from './manifest.ts';
import {
  addPlace,
  buildFullAddress,
  findPlaces,
  hasFiles,
  IN_DATA_FOLDER,
  type PlaceRecord,
  splitAddress,
  updatePlace,
} from './place-records.ts';

/** Object with the id of the installation that the bucket belongs to, and that of the place. */
const MARK = 'steelyard-lake.json';
const MARK_BYTES = 1000;
/** Folder with one object for each installation that is about to claim the bucket. */
const CLAIMS = 'steelyard-lake-claims';
/** Files of the manifest of which one must be in a bucket that lost its mark. */
const SAMPLE_FILES = 5;

const Mark = z.object({ installation: z.string().max(100), place: z.number().int() });
type Mark = z.infer<typeof Mark>;
type Claim = Pick<PlaceRecord, 'id' | 'address' | 'installation'>;

/** The place of the lake as the store has it. */
export interface FoundPlace {
  readonly record: PlaceRecord;
  /** Whether manifests name files: then a bucket without the mark of this place is not the one. */
  readonly hasFiles: boolean;
  /** The setting names another place; null: it does not. */
  readonly warning: string | null;
}

/**
 * The place that the store names. `setting` (an address as in "lake"; null: the data folder) is the place of a new installation, and of one
 * whose lake is still empty.
 */
export async function findOrAddPlace(store: Store, setting: string | null): Promise<FoundPlace> {
  const wanted = splitAddress(setting ?? IN_DATA_FOLDER);
  return store.transaction(async (sql) => {
    const places = await findPlaces(sql);
    const isUsed = await hasFiles(sql);
    const current = places.find(({ state }) => state === 'current');
    if (current === undefined) {
      // A store of before buckets has its files in the data folder.
      const address = isUsed ? { address: IN_DATA_FOLDER, parameters: '' } : wanted;
      const record = await addPlace(sql, { ...address, installation: randomUUID(), state: 'current' });
      return { record, hasFiles: isUsed, warning: describeOther(record, setting) };
    }
    const isTargeted = places.some(({ state }) => state === 'target');
    if (current.address === wanted.address || isUsed || isTargeted || setting === null)
      return { record: current, hasFiles: isUsed, warning: describeOther(current, setting) };
    await updatePlace(sql, current.id, { state: 'left', leftAt: Date.now() });
    const { installation } = current;
    // A bucket has one record: it would be emptied under another one.
    const left = places.find(({ address }) => address === wanted.address);
    if (left !== undefined) await updatePlace(sql, left.id, { state: 'current', leftAt: null });
    const record = left ?? (await addPlace(sql, { ...wanted, installation, state: 'current' }));
    return { record: { ...record, state: 'current' }, hasFiles: false, warning: null };
  });
}

function describeOther({ address, parameters }: PlaceRecord, setting: string | null): string | null {
  if (splitAddress(setting ?? IN_DATA_FOLDER).address === address) return null;
  const named = setting === null ? 'is not set' : `names ${splitAddress(setting).address}`;
  const toSet =
    address === IN_DATA_FOLDER ? 'Remove the setting' : `Set it to ${buildFullAddress({ address, parameters })}`;
  return `The lake is in ${address}, and the setting "lake" ${named}. ${toSet}, or move the lake with "steelyard lake move".`;
}

/**
 * The bucket of a place: with the parameters of the setting, or, where these name another bucket, with those of the store. Errors: those of
 * buckets, `lake_elsewhere`, `lake_of_another_installation`.
 */
export async function openCurrentBucket(
  store: Store,
  { record, hasFiles: isUsed }: FoundPlace,
  setting: string | null,
  openBucket: (address: string) => Promise<Objects>,
): Promise<Objects> {
  const set = setting === null ? null : splitAddress(setting);
  if (set !== null && set.address === record.address && set.parameters !== record.parameters) {
    const bucket = await openBucket(buildFullAddress(set));
    const isIt = await endOnFailure(bucket, async () => {
      if (isUsed) return (await findOwner(store, bucket, record)) === 'this place';
      await claimBucket(bucket, record);
      return true;
    });
    if (isIt) {
      await updatePlace(store, record.id, { parameters: set.parameters });
      return bucket;
    }
    await bucket[Symbol.asyncDispose]();
  }
  const bucket = await openBucket(buildFullAddress(record));
  if (isUsed) await assertHoldsPlace(store, bucket, record);
  else await endOnFailure(bucket, () => claimBucket(bucket, record));
  return bucket;
}

async function endOnFailure<T>(bucket: Objects, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await bucket[Symbol.asyncDispose]();
    throw error;
  }
}

/** Checks that a bucket has the files of a place. Ends it otherwise. Errors: `lake_elsewhere`, `lake_of_another_installation`. */
export async function assertHoldsPlace(sql: Sql, bucket: Objects, record: PlaceRecord): Promise<void> {
  await endOnFailure(bucket, async () => {
    const owner = await findOwner(sql, bucket, record);
    if (owner === 'this place') return;
    if (owner === 'another installation') throw createOfAnother(record.address);
    const detail = `The bucket ${record.address} does not have the lake of this installation. Check the endpoint and the prefix in the setting "lake".`;
    throw new AppError('lake_elsewhere', detail, { lake: record.address });
  });
}

/** By the mark of a bucket. One that lost its mark gets it again when it holds files that the manifests name in this place. */
async function findOwner(
  sql: Sql,
  bucket: Objects,
  record: PlaceRecord,
): Promise<'this place' | 'another installation' | 'neither'> {
  const mark = await readMark(bucket, record.address);
  if (mark === null) {
    if (!(await holdsFiles(sql, bucket, record))) return 'neither';
    await markBucket(bucket, record);
    return 'this place';
  }
  if (mark.installation !== record.installation) return 'another installation';
  return mark.place === record.id ? 'this place' : 'neither';
}

/** Names of lake files are random, so no other lake has them. */
async function holdsFiles(sql: Sql, bucket: Objects, { id }: PlaceRecord): Promise<boolean> {
  const files = await findSampleFiles(sql, id, SAMPLE_FILES);
  for (const { path, sizeBytes } of files) if ((await bucket.size(path)) === sizeBytes) return true;
  return false;
}

/**
 * Takes a bucket for a place. A server would otherwise remove files there that its own manifests do not name. Error:
 * `lake_of_another_installation`.
 */
export async function claimBucket(bucket: Objects, claim: Claim): Promise<void> {
  const { id, address, installation } = claim;
  const mark = await readMark(bucket, address);
  if (mark === null) return markBucket(bucket, claim);
  if (mark.installation !== installation) throw createOfAnother(address);
  if (mark.place !== id) await bucket.put(MARK, buildMark(claim));
}

/**
 * Writes the mark of a bucket without one. Two installations may do so at the same time, and not every bucket has conditional writes. So each
 * first writes a separate object, then looks for such objects of others and for their mark: at least the later one of two sees the other.
 */
async function markBucket(bucket: Objects, claim: Claim): Promise<void> {
  const { address, installation } = claim;
  const own = `${CLAIMS}/${installation}`;
  await bucket.put(own, '');
  const rivals = await listRivals(bucket, installation);
  const found = await readMark(bucket, address);
  if (rivals.length === 0 && (found?.installation ?? installation) === installation) {
    await bucket.put(MARK, buildMark(claim));
    // From here on the mark decides, so a claim that stays does no harm.
    await bucket.remove(own).catch(() => {});
    return;
  }
  await bucket.remove(own);
  throw found === null ? createClaimed(address) : createOfAnother(address);
}

/** Names of the claims of other installations. */
async function listRivals(bucket: Objects, installation: string): Promise<string[]> {
  return (await bucket.list(CLAIMS)).map(({ name }) => name).filter((name) => name !== installation);
}

/**
 * The mark of this installation in the target of a move; null: the bucket is empty. Errors: `lake_of_another_installation`,
 * `lake_target_not_empty`.
 */
export async function assertClaimable(
  bucket: Objects,
  { address, installation }: Pick<PlaceRecord, 'address' | 'installation'>,
): Promise<Mark | null> {
  const mark = await readMark(bucket, address);
  if (mark !== null && mark.installation !== installation) throw createOfAnother(address);
  if (mark !== null) return mark;
  if ((await listRivals(bucket, installation)).length > 0) throw createClaimed(address);
  for (const { name, isFolder } of await bucket.list('')) {
    // A folder on a disk may be empty.
    if (name === CLAIMS || (isFolder && (await bucket.list(name)).length === 0)) continue;
    const detail = `${address} has "${name}", and no lake. Name an empty bucket or prefix.`;
    throw new AppError('lake_target_not_empty', detail, { lake: address });
  }
  return null;
}

/** Gives a bucket back that has no files of this installation any more. */
export async function removeMark(bucket: Objects, { installation }: Pick<PlaceRecord, 'installation'>): Promise<void> {
  // A claim that stayed would refuse the bucket to others.
  await bucket.remove(`${CLAIMS}/${installation}`);
  await bucket.remove(MARK);
}

function buildMark({ installation, id }: Claim): string {
  return JSON.stringify({ installation, place: id } satisfies Mark);
}

/** Null without a mark. Error: `lake_of_another_installation`. */
async function readMark(bucket: Objects, address: string): Promise<Mark | null> {
  if ((await bucket.size(MARK)) === null) return null;
  const { content } = await bucket.open(MARK, { start: 0, end: MARK_BYTES });
  const written = await text(content);
  try {
    return Mark.parse(JSON.parse(written));
  } catch (error) {
    const detail = `The object ${MARK} in ${address} cannot be read. Remove it if the bucket has the lake of this installation, or name another bucket or prefix.`;
    throw new AppError('lake_of_another_installation', detail, { lake: address }, { cause: error });
  }
}

function createOfAnother(address: string): AppError {
  const detail = `The bucket ${address} has the lake of another installation. Name another bucket or prefix.`;
  return new AppError('lake_of_another_installation', detail, { lake: address });
}

function createClaimed(address: string): AppError {
  const detail = `Another installation is about to take the bucket ${address}. Name another bucket or prefix. If there is no other, remove the folder ${CLAIMS} there.`;
  return new AppError('lake_of_another_installation', detail, { lake: address });
}
