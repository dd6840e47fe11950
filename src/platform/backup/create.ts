import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { createDigester, type Digester, type FileDigest } from '../digests/index.ts';
import { readSystemCode } from '../errors/index.ts';
import { listKeysBelow } from '../integrity/index.ts';
import { copyJournals, type JournaledTable } from '../journal/index.ts';
import { type Lake, readDamage, type StagedFile } from '../lake/index.ts';
import { removeMoves } from '../lake-moves/index.ts';
import { createKeptDigests, type Digests, type Objects } from '../objects/index.ts';
import { openStore, type Store } from '../store/index.ts';
import type { Clock } from '../units/index.ts';
import { type BackupFile, type BackupManifest, buildBlobKey, STORE, writeManifest } from './layout.ts';

export interface CreateDeps {
  /** The data folder. */
  readonly folder: string;
  readonly store: Store;
  readonly lake: Lake;
  /** Objects of the data folder. */
  readonly objects: Objects;
  readonly digests: Pick<Digests, 'place' | 'isKept'>;
  /** Digest contained in the key of an object; null for a key without one. */
  readonly statedDigest: (key: string) => string | null;
  readonly journals: readonly Pick<JournaledTable, 'holdSettling'>[];
  readonly clock: Clock;
  readonly version: string;
  /** Removes from the snapshot the rows that must not continue on the restored server. */
  readonly beforeCopy: (snapshot: Store) => Promise<void>;
}

export interface CreateProgress {
  readonly signal: AbortSignal;
  progress(filesDone: number, files: number | null): void;
}

export interface Created {
  readonly manifest: BackupManifest;
  readonly copiedFiles: number;
  readonly copiedBytes: number;
}

/** Folder, below the data folder, for the working files of a backup in progress; removed when the server starts. */
export const WORK = '.backup';
/** Of a file that changes while it is copied. */
const COPY_TRIES = 20;

/**
 * Makes a backup while the server is running. The order makes it consistent: no lake file is deleted and no journal is
 * settled while the store is snapshotted, the journals are copied before settling continues, and every lake file that the
 * snapshot names is copied before deletion is allowed again. The manifest is written last, so that a backup is complete or absent.
 */
export async function createBackup(deps: CreateDeps, target: Objects, look: CreateProgress): Promise<Created> {
  const at = new Date(deps.clock.now());
  const backup = `b_${at.toISOString().replace(/[-:]|\.\d+/g, '')}_${randomBytes(4).toString('hex')}`;
  const work = join(deps.folder, WORK, backup);
  await mkdir(work, { recursive: true, mode: 0o700 });
  await using digester = createDigester();
  const copier = new Copier(target, digester, look);
  try {
    await using _lake = deps.lake.upkeep.hold();
    await takeSnapshot(deps, work);
    look.signal.throwIfAborted();
    for (const path of await listFilesBelow(join(work, 'journals'))) {
      await copier.copyFile(`journals/${path}`, join(work, 'journals', path), null);
    }
    await using copied = await openStore({ database: 'sqlite', folder: work });
    await deps.beforeCopy(copied);
    await copyLake(deps, copied, copier);
    await copyObjects(deps, copied, copier);
    await deps.lake.upkeep.saveAsCopy(copied);
    await removeMoves(copied);
    await copied[Symbol.asyncDispose]();
    await copier.copyFile(STORE, join(work, STORE), null);
    const { files, damaged } = copier;
    const manifest: BackupManifest = {
      ...{ format: 'steelyard-backup/1', backup, createdAt: at.toISOString(), version: deps.version },
      ...{ files, damaged },
    };
    await writeManifest(target, manifest);
    return { manifest, copiedFiles: copier.copiedFiles, copiedBytes: copier.copiedBytes };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The store, and the journals as they were then or later: a row is in the lake of the snapshot or in a journal. */
async function takeSnapshot({ folder, store, journals }: CreateDeps, work: string): Promise<void> {
  const holds: Disposable[] = [];
  try {
    for (const journal of journals) holds.push(await journal.holdSettling());
    await store.snapshot(join(work, STORE));
    await copyJournals(join(folder, 'journals'), join(work, 'journals'));
  } finally {
    for (const hold of holds) hold[Symbol.dispose]();
  }
}

async function copyLake({ lake }: CreateDeps, copied: Store, copier: Copier): Promise<void> {
  const files = await lake.upkeep.allFiles(copied);
  copier.expect(files.length);
  for (const file of files) {
    const path = `lake/${file.path.split(sep).join('/')}`;
    if (file.damage !== null) copier.leaveOut(path, file.damage);
    else if (!(await copier.isCopied(path, file))) await copyLakeFile(lake, copier, path, file);
  }
}

async function copyLakeFile(lake: Lake, copier: Copier, path: string, file: StagedFile): Promise<void> {
  try {
    await lake.upkeep.read(file, (from) => copier.copyFile(path, from, file.sha256));
  } catch (error) {
    const why = readDamage(error);
    if (why === null) throw error;
    copier.leaveOut(path, why);
  }
}

/**
 * Objects as they are when they are copied, each whole. Where one was put again or removed since the snapshot, the digest in
 * the snapshot is made that of the copy.
 */
async function copyObjects(deps: CreateDeps, copied: Store, copier: Copier): Promise<void> {
  const { objects, digests, store, statedDigest } = deps;
  const now = createKeptDigests({ ...digests, store });
  const then = createKeptDigests({ ...digests, store: copied });
  const seen = new Set<string>();
  for await (const key of listKeysBelow(objects, '')) {
    const path = join(deps.folder, 'objects', ...key.split('/'));
    const kept = digests.isKept(key) ? await now.find(key) : null;
    const sha256 = statedDigest(key) ?? kept?.sha256 ?? null;
    seen.add(key);
    const put = await copier.copyFile(`objects/${key}`, path, sha256, async () => {
      const again = digests.isKept(key) ? await now.find(key) : null;
      return [again?.sha256, again?.previous].filter((one) => typeof one === 'string');
    });
    const was = put !== null && digests.isKept(key) ? await then.find(key) : null;
    const isSame = was?.sha256 === put?.sha256 && was?.previous === null && was.damage === null;
    if (put !== null && digests.isKept(key) && !isSame) {
      await then.save({ key, ...put, previous: null, stamp: null, damage: null });
    }
  }
  for await (const { key } of then.all()) {
    if (!seen.has(key) && (await now.find(key)) === null) await then.remove(key);
  }
}

/** Paths of the files below a folder, relative to it, with `/`; none when there is no such folder. */
async function listFilesBelow(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    return files
      .map((path) =>
        path
          .slice(folder.length + 1)
          .split(sep)
          .join('/'),
      )
      .toSorted();
  } catch (error) {
    if (readSystemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Copies files to the backup place under their digests; a file that is already there is neither read nor copied. */
class Copier {
  readonly files: BackupFile[] = [];
  readonly damaged: { path: string; problem: string }[] = [];
  copiedFiles = 0;
  copiedBytes = 0;
  readonly #target: Objects;
  readonly #digester: Digester;
  readonly #look: CreateProgress;
  #expected: number | null = null;

  constructor(target: Objects, digester: Digester, look: CreateProgress) {
    this.#target = target;
    this.#digester = digester;
    this.#look = look;
  }

  expect(files: number): void {
    this.#expected = (this.#expected ?? 0) + files;
  }

  leaveOut(path: string, problem: string): void {
    this.damaged.push({ path, problem });
  }

  /** Takes over the copy that an earlier backup made of a file; false when there is none. */
  async isCopied(path: string, { sha256, sizeBytes }: Pick<StagedFile, 'sha256' | 'sizeBytes'>): Promise<boolean> {
    if (sha256 === null || (await this.#target.size(buildBlobKey(sha256))) !== sizeBytes) return false;
    this.#look.signal.throwIfAborted();
    this.#look.progress(this.files.length, this.#expected);
    this.files.push({ path, sha256, sizeBytes });
    return true;
  }

  /**
   * Copies a file that must have this digest (null: it has whichever it has). `others` answers digests that it may have by
   * now. Null: it is gone or damaged, and is left out.
   */
  async copyFile(
    path: string,
    source: string,
    sha256: string | null,
    others: () => Promise<readonly string[]> = async () => [],
  ): Promise<FileDigest | null> {
    this.#look.signal.throwIfAborted();
    this.#look.progress(this.files.length, this.#expected);
    try {
      const known = sha256 === null ? null : await this.#known(sha256, source);
      const accepts = async (found: string) => sha256 === null || found === sha256 || (await others()).includes(found);
      const put = known ?? (await this.#putWhole(source, accepts));
      if (put === null) this.leaveOut(path, 'does not match its digest');
      else this.files.push({ path, ...put });
      return put;
    } catch (error) {
      const code = readSystemCode(error);
      if (code !== 'ENOENT' && code !== 'EIO') throw error;
      // An object that was removed since it was listed is not missing.
      if (code === 'EIO') this.leaveOut(path, 'cannot be read');
      return null;
    }
  }

  /** The file that an earlier backup copied, if its size still matches; null otherwise. */
  async #known(sha256: string, source: string): Promise<FileDigest | null> {
    const sizeBytes = await this.#target.size(buildBlobKey(sha256));
    return sizeBytes !== null && sizeBytes === (await stat(source)).size ? { sha256, sizeBytes } : null;
  }

  /** An object may be put again between its digest and its copy: then the new one is copied. Null: it has no right digest. */
  async #putWhole(source: string, accepts: (sha256: string) => Promise<boolean>): Promise<FileDigest | null> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const found = await this.#digester.digest(source);
        return (await accepts(found.sha256)) ? await this.#put(source, found) : null;
      } catch (error) {
        if (!(error instanceof ChangedMeanwhile) || attempt === COPY_TRIES) throw error;
      }
    }
  }

  async #put(source: string, expected: FileDigest): Promise<FileDigest> {
    const key = buildBlobKey(expected.sha256);
    if ((await this.#target.size(key)) === expected.sizeBytes) return expected;
    // A blob never holds other bytes than its name states, also when the file changes while it is copied.
    await this.#target.put(
      key,
      createReadStream(source, { end: Math.max(0, expected.sizeBytes - 1) }),
      async (facts) => {
        if (facts.sha256 !== expected.sha256) throw new ChangedMeanwhile(source);
      },
    );
    this.copiedFiles += 1;
    this.copiedBytes += expected.sizeBytes;
    return expected;
  }
}

class ChangedMeanwhile extends Error {
  constructor(path: string) {
    super(`${path} changed during the copy`);
  }
}
