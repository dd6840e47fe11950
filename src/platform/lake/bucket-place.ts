import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createAtMost } from '../concurrency/index.ts';
import { createDigester } from '../digests/index.ts';
import { AppError } from '../errors/index.ts';
import type { Objects } from '../objects/index.ts';
import { FileCache } from './file-cache.ts';
import { createDamagedError, type DamagedFile, describeSizeDamage, MISSING, OTHER_CONTENT } from './file-checks.ts';
import { claimBucket, removeMark } from './installation.ts';
import type { FileState, StagedFile } from './lake.ts';
import type { LakePlace, PlacedFile, WrittenFile } from './place.ts';
import type { PlaceRecord } from './place-records.ts';

/** Downloads of one statement that run at the same time. */
const LOADED_TOGETHER = 8;
/** Names of lake files and of their marks: a bucket may also have objects of others, which must stay. */
const LAKE_NAME = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.parquet/;

export interface BucketPlaceDeps {
  /** The bucket; its keys are the paths of the files. Ended by its owner, unless `isOwned`. */
  readonly objects: Objects;
  /** The bucket ends with the place. */
  readonly isOwned?: boolean;
  /** Folder of this process for new files and copies. */
  readonly root: string;
  /** Size of the copies on this machine. */
  readonly cacheBytes: number;
}

/**
 * Files in a bucket. A statement reads copies in a folder of this machine, and new files are written there first. The stamp of a file is new with
 * each write of it.
 */
export async function openBucketPlace({
  objects,
  root,
  cacheBytes,
  isOwned = false,
}: BucketPlaceDeps): Promise<LakePlace> {
  const digester = createDigester();
  const load = (file: StagedFile, target: string) => loadFile(objects, file, target);
  const cache = await FileCache.open({ folder: root, mostBytes: cacheBytes, digester, load });
  const end = async () => {
    await digester[Symbol.asyncDispose]();
    if (isOwned) await objects[Symbol.asyncDispose]();
  };
  return new BucketPlace(objects, root, cache, end);
}

class BucketPlace implements LakePlace {
  readonly root: string;
  readonly #objects: Objects;
  readonly #cache: FileCache;
  readonly #end: () => Promise<void>;

  constructor(objects: Objects, root: string, cache: FileCache, end: () => Promise<void>) {
    this.#objects = objects;
    this.root = root;
    this.#cache = cache;
    this.#end = end;
  }

  pathOf({ path }: Pick<StagedFile, 'path'>): string {
    return join(this.root, path);
  }

  async admit(path: string): Promise<WrittenFile> {
    const { sizeBytes, sha256 } = await this.#objects.put(path, createReadStream(join(this.root, path)));
    await this.#cache.add(path, sizeBytes);
    return { sizeBytes, sha256, stamp: randomUUID() };
  }

  async assertUsable(files: readonly StagedFile[]): Promise<void> {
    const damaged = files.flatMap((file) => (file.damage === null ? [] : { file, why: file.damage }));
    if (damaged.length > 0) throw createDamagedError(damaged);
  }

  async open(files: readonly StagedFile[]): Promise<void> {
    await this.assertUsable(files);
    const opened: StagedFile[] = [];
    const damaged: DamagedFile[] = [];
    const opening = createAtMost(LOADED_TOGETHER);
    const open = async (file: StagedFile) => {
      try {
        await this.#cache.use(file);
        opened.push(file);
      } catch (error) {
        if (!(error instanceof DamageError)) throw error;
        damaged.push({ file, why: error.message });
      }
    };
    try {
      for (const file of files) await opening.start(() => open(file));
      await opening.finished();
      if (damaged.length > 0) throw createDamagedError(damaged);
    } catch (error) {
      await opening.settled();
      await this.release(opened);
      throw error;
    }
  }

  async release(files: readonly StagedFile[]): Promise<void> {
    for (const { path } of files) await this.#cache.release(path);
  }

  makeRoom(): Promise<boolean> {
    return this.#cache.makeRoom();
  }

  async explainFailure(files: readonly StagedFile[], cause: unknown): Promise<AppError | null> {
    for (const file of files) {
      if (!(await this.#cache.dropIfDamaged(file))) continue;
      const detail =
        'A copy of a lake file on this server was damaged, and is loaded again from the bucket. Retry the request.';
      return new AppError('lake_copy_damaged', detail, { file: `lake/${file.path}` }, { cause });
    }
    return null;
  }

  forget(): void {
    // A copy is compared with the file of its statement whenever it was touched.
  }

  async inspect(file: StagedFile): Promise<FileState> {
    const found = await this.#objects.digest(file.path);
    if (found === null) return { damage: MISSING, found: null };
    const { sizeBytes, sha256 } = found;
    const state = { sizeBytes, sha256, stamp: file.stamp };
    if (sizeBytes !== file.sizeBytes) return { damage: describeSizeDamage(sizeBytes, file.sizeBytes), found: state };
    return { damage: sha256 === file.sha256 ? null : OTHER_CONTENT, found: state };
  }

  async replace(damaged: StagedFile, rebuilt: StagedFile): Promise<WrittenFile> {
    const { content } = await this.#objects.open(rebuilt.path);
    const { sizeBytes, sha256 } = await this.#objects.put(damaged.path, content);
    await this.#cache.drop(damaged.path);
    await this.remove(rebuilt.path);
    return { sizeBytes, sha256, stamp: randomUUID() };
  }

  async read({ path }: StagedFile): Promise<Readable> {
    return (await this.#objects.open(path)).content;
  }

  async receive({ path }: StagedFile, content: Readable): Promise<void> {
    await this.#objects.put(path, content);
    await this.#cache.drop(path);
  }

  async findStamp(): Promise<string> {
    return randomUUID();
  }

  claim(record: PlaceRecord): Promise<void> {
    return claimBucket(this.#objects, record);
  }

  giveUp(record: PlaceRecord): Promise<void> {
    return removeMark(this.#objects, record);
  }

  async remove(path: string): Promise<void> {
    await this.#cache.drop(path);
    await this.#objects.remove(path);
  }

  async mark(path: string): Promise<void> {
    await this.#objects.put(path, '');
  }

  async list(): Promise<PlacedFile[]> {
    const listed: PlacedFile[] = [];
    for (const { name: folder, isFolder } of await this.#objects.list('')) {
      if (!isFolder) continue;
      for (const { name, modifiedAt } of await this.#objects.list(folder))
        if (LAKE_NAME.test(name)) listed.push({ path: `${folder}/${name}`, modifiedAt: async () => modifiedAt });
    }
    return listed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
  }
}

/** Why the bucket does not hold the file that the manifest names. */
class DamageError extends Error {}

/** Copies a file of the bucket, and compares its bytes with the manifest: the bucket may be written to by others. */
async function loadFile(objects: Objects, file: StagedFile, target: string): Promise<void> {
  const opened = await objects.open(file.path).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'object_not_found')
      throw new DamageError(MISSING, { cause: error });
    throw error;
  });
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline(opened.content, measure, createWriteStream(target, { mode: 0o600 }));
  if (sizeBytes !== file.sizeBytes) throw new DamageError(describeSizeDamage(sizeBytes, file.sizeBytes));
  if (hash.digest('hex') !== file.sha256) throw new DamageError(OTHER_CONTENT);
}
