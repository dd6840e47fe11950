import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createTurns } from '../concurrency/index.ts';
import { type Digester, readFileStamp } from '../digests/index.ts';
import { AppError, readSystemCode } from '../errors/index.ts';
import type { StagedFile } from './lake.ts';

/** Folder, below that of the copies, for copies that are being written. */
const LOADING = '.loading';

interface Copy {
  /** 0 while it is not on the disk. */
  sizeBytes: number;
  /** Stamp under which its digest was right; null before it was looked at. */
  stamp: string | null;
  /** Statements that read it now. */
  uses: number;
}

export interface FileCacheDeps {
  /** Folder of the copies: a copy has the path of its file. */
  readonly folder: string;
  /** Copies in use count, and stay also beyond it. */
  readonly mostBytes: number;
  readonly digester: Digester;
  /** Writes the content of a file to `target`; rejects when its size or digest differs from that of the file. */
  readonly load: (file: StagedFile, target: string) => Promise<void>;
}

/** Copies of files on this machine. Those that were used longest ago leave when all together exceed a size. */
export class FileCache {
  readonly #deps: FileCacheDeps;
  /** By path, in the order of the last use. */
  readonly #copies = new Map<string, Copy>();
  /** A copy is written, looked at and removed by one after another. */
  readonly #inTurn = createTurns();
  #sizeBytes = 0;
  #loads = 0;

  private constructor(deps: FileCacheDeps) {
    this.#deps = deps;
  }

  /** Takes over the copies that an earlier process left; each is compared with its digest before its first use. */
  static async open(deps: FileCacheDeps): Promise<FileCache> {
    const { folder } = deps;
    await rm(join(folder, LOADING), { recursive: true, force: true });
    await mkdir(join(folder, LOADING), { recursive: true, mode: 0o700 });
    const cache = new FileCache(deps);
    const left = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.parquet'));
    const facts = await Promise.all(left.map(async (path) => ({ path, ...(await stat(join(folder, path))) })));
    for (const { path, size } of facts.toSorted((one, other) => one.atimeMs - other.atimeMs))
      cache.#set(path, size, null);
    await cache.#shrink();
    return cache;
  }

  /** Bytes of all copies. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Puts an intact copy in place, and keeps it until `release`. Error: `storage_full`. */
  async use(file: StagedFile): Promise<void> {
    const copy = this.#touch(file.path);
    copy.uses += 1;
    const makeReady = () => this.#inTurn(file.path, () => this.#makeReady(file, copy));
    try {
      await makeReady().catch(async (error: unknown) => {
        if (!isDiskFull(error)) throw error;
        await this.makeRoom();
        await makeReady();
      });
    } catch (error) {
      await this.release(file.path);
      throw isDiskFull(error) ? createFullError(this.#deps.folder, error) : error;
    }
    await this.#shrink();
  }

  /** Ends one `use`. */
  async release(path: string): Promise<void> {
    const copy = this.#copies.get(path);
    if (copy === undefined) return;
    copy.uses -= 1;
    if (copy.uses === 0 && copy.sizeBytes === 0) this.#copies.delete(path);
    await this.#shrink();
  }

  /** Removes the copies that no statement uses: the disk may be smaller than the limit of the copies. False when there was none. */
  async makeRoom(): Promise<boolean> {
    const before = this.#sizeBytes;
    await this.#shrink(0);
    return this.#sizeBytes < before;
  }

  /** Takes a file that was just written to its path. */
  async add(path: string, sizeBytes: number): Promise<void> {
    this.#set(path, sizeBytes, (await readFileStamp(join(this.#deps.folder, path)))?.stamp ?? null);
    await this.#shrink();
  }

  /** Compares a copy with its digest and drops it when it differs. True when it was dropped. */
  async dropIfDamaged(file: StagedFile): Promise<boolean> {
    const path = join(this.#deps.folder, file.path);
    if ((await readFileStamp(path)) === null) return false;
    if ((await this.#deps.digester.digest(path)).sha256 === file.sha256) return false;
    await this.drop(file.path);
    return true;
  }

  /** Also while statements use it: they fail, or have opened it already. */
  async drop(path: string): Promise<void> {
    const copy = this.#copies.get(path);
    if (copy !== undefined) await this.#inTurn(path, () => this.#remove(path, copy));
  }

  async #remove(path: string, copy: Copy): Promise<void> {
    await rm(join(this.#deps.folder, path), { force: true });
    this.#note(copy, 0, null);
    if (copy.uses === 0) this.#copies.delete(path);
  }

  async #makeReady(file: StagedFile, copy: Copy): Promise<void> {
    const path = join(this.#deps.folder, file.path);
    const now = await readFileStamp(path);
    if (now !== null && now.sizeBytes === file.sizeBytes) {
      if (now.stamp === copy.stamp) return;
      if ((await this.#deps.digester.digest(path)).sha256 === file.sha256) {
        this.#note(copy, now.sizeBytes, now.stamp);
        return;
      }
    }
    this.#loads += 1;
    const target = join(this.#deps.folder, LOADING, String(this.#loads));
    try {
      // Again: a cleaner of temporary folders may have removed them.
      for (const folder of [dirname(target), dirname(path)]) await mkdir(folder, { recursive: true, mode: 0o700 });
      await this.#deps.load(file, target);
      await rename(target, path);
    } catch (error) {
      await rm(target, { force: true });
      throw error;
    }
    this.#note(copy, file.sizeBytes, (await readFileStamp(path))?.stamp ?? null);
  }

  #set(path: string, sizeBytes: number, stamp: string | null): void {
    this.#note(this.#touch(path), sizeBytes, stamp);
  }

  #note(copy: Copy, sizeBytes: number, stamp: string | null): void {
    this.#sizeBytes += sizeBytes - copy.sizeBytes;
    copy.sizeBytes = sizeBytes;
    copy.stamp = stamp;
  }

  #touch(path: string): Copy {
    const copy = this.#copies.get(path) ?? { sizeBytes: 0, stamp: null, uses: 0 };
    this.#copies.delete(path);
    this.#copies.set(path, copy);
    return copy;
  }

  async #shrink(mostBytes = this.#deps.mostBytes): Promise<void> {
    for (const [path, copy] of this.#copies) {
      if (this.#sizeBytes <= mostBytes) return;
      if (copy.uses > 0) continue;
      await this.#inTurn(path, async () => {
        if (copy.uses > 0) return;
        // A copy that cannot be removed fails no statement: it still counts, so the next call retries.
        await this.#remove(path, copy).catch(() => {});
      });
    }
  }
}

function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(readSystemCode(error) ?? '');
}

function createFullError(folder: string, cause: unknown): AppError {
  const detail = `The disk of ${folder}, the copies of lake files, is full. Free space, or lower lakeCache (STEELYARD_LAKE_CACHE).`;
  return new AppError('storage_full', detail, {}, { cause });
}
