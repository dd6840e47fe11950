import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createDigester, type Digester, readFileStamp } from '../digests/index.ts';
import { readSystemCode } from '../errors/index.ts';
import { describeSizeDamage, describeUnreadableDamage, FileChecks, MISSING, OTHER_CONTENT } from './file-checks.ts';
import type { FileState, StagedFile } from './lake.ts';
import type { LakePlace, PlacedFile, WrittenFile } from './place.ts';

/** Folder, below the root, for files that arrive from another place. */
const RECEIVING = '.receiving';

/** Files in a folder: the engine reads them where they are. */
export async function openFolderPlace(root: string): Promise<LakePlace> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  return new FolderPlace(root);
}

class FolderPlace implements LakePlace {
  readonly root: string;
  readonly #digester: Digester = createDigester();
  readonly #checks: FileChecks;

  constructor(root: string) {
    this.root = root;
    this.#checks = new FileChecks(root, this.#digester);
  }

  pathOf({ path }: Pick<StagedFile, 'path'>): string {
    return join(this.root, path);
  }

  async admit(path: string): Promise<WrittenFile> {
    const target = join(this.root, path);
    await syncPath(target);
    const stamp = (await readFileStamp(target))?.stamp ?? null;
    return { ...(await this.#digester.digest(target)), stamp };
  }

  assertUsable(files: readonly StagedFile[]): Promise<void> {
    return this.#checks.assertIntact(files);
  }

  open(files: readonly StagedFile[]): Promise<void> {
    return this.#checks.assertIntact(files);
  }

  async release(): Promise<void> {
    // A file stays until a manifest no longer names it.
  }

  async makeRoom(): Promise<boolean> {
    return false;
  }

  explainFailure(files: readonly StagedFile[], cause: unknown) {
    return this.#checks.explainFailure(files, cause);
  }

  forget(path: string): void {
    this.#checks.forget(path);
  }

  async inspect(file: StagedFile, readWhole: (path: string) => Promise<number>): Promise<FileState> {
    const path = join(this.root, file.path);
    try {
      const now = await readFileStamp(path);
      if (now === null) return { damage: MISSING, found: null };
      const { sha256, sizeBytes } = await this.#digester.digest(path);
      const found = { sha256, sizeBytes, stamp: now.stamp };
      if (sizeBytes !== file.sizeBytes) return { damage: describeSizeDamage(sizeBytes, file.sizeBytes), found };
      if (file.sha256 !== null) return { damage: sha256 === file.sha256 ? null : OTHER_CONTENT, found };
      return { damage: await findEngineDamage(() => readWhole(path), file.rows), found };
    } catch (error) {
      return { damage: describeUnreadableDamage(error), found: null };
    }
  }

  async replace(damaged: StagedFile, { path, sha256, sizeBytes }: StagedFile): Promise<WrittenFile> {
    const target = join(this.root, damaged.path);
    await rename(join(this.root, path), target);
    await syncPath(dirname(target));
    // The rename changed the stamp.
    return { sha256, sizeBytes, stamp: (await readFileStamp(target))?.stamp ?? null };
  }

  async read({ path }: StagedFile): Promise<Readable> {
    // Opened here, not by the stream: its open error would have no listener yet.
    const file = await open(join(this.root, path), 'r');
    return file.createReadStream();
  }

  async receive({ path }: StagedFile, content: Readable): Promise<void> {
    const [target, arriving] = [join(this.root, path), join(this.root, RECEIVING, basename(path))];
    await mkdir(dirname(arriving), { recursive: true, mode: 0o700 });
    try {
      await pipeline(content, createWriteStream(arriving, { mode: 0o600 }));
      await syncPath(arriving);
      await mkdir(dirname(target), { recursive: true, mode: 0o700 });
      await rename(arriving, target);
      await syncPath(dirname(target));
      this.#checks.forget(path);
    } catch (error) {
      await rm(arriving, { force: true });
      throw error;
    }
  }

  async findStamp({ path }: StagedFile): Promise<string | null> {
    return (await readFileStamp(join(this.root, path)))?.stamp ?? null;
  }

  async claim(): Promise<void> {
    // The data folder belongs to the installation.
  }

  async giveUp(): Promise<void> {
    // As before.
  }

  async remove(path: string): Promise<void> {
    await rm(join(this.root, path), { force: true });
  }

  async mark(path: string): Promise<void> {
    await writeFile(join(this.root, path), '', { mode: 0o600 });
  }

  async list(): Promise<PlacedFile[]> {
    const paths = await readdir(this.root, { recursive: true });
    return paths
      .filter((path) => !path.startsWith('.'))
      .map((path) => ({ path, modifiedAt: () => findModifiedAt(join(this.root, path)) }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#digester[Symbol.asyncDispose]();
  }
}

/** A file without a digest is taken for intact when the engine reads all of it. */
async function findEngineDamage(readWhole: () => Promise<number>, rows: number): Promise<string | null> {
  try {
    const found = await readWhole();
    return found === rows ? null : `has ${found} rows; ${rows} were written`;
  } catch (error) {
    return `cannot be decoded: ${error instanceof Error ? error.message.slice(0, 200) : String(error)}`;
  }
}

async function findModifiedAt(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (readSystemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** A manifest may only name what the disk already holds. */
async function syncPath(path: string): Promise<void> {
  await using handle = await open(path, 'r');
  await handle.sync();
}
