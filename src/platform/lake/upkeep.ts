import { open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Digester, readFileStamp } from '../digests/index.ts';
import { describeSizeDamage, describeUnreadableDamage, MISSING, OTHER_CONTENT } from './file-checks.ts';
import type { FileState, LakeUpkeep, StagedFile } from './lake.ts';
import { findUnknownFiles } from './leftovers.ts';
import { findAllFiles, findDamagedFiles, findKnownPaths, saveDamage, saveFileFacts } from './manifest.ts';

export interface UpkeepDeps {
  readonly root: string;
  readonly digester: Digester;
  /** Called for a path whose file has other facts from now on. */
  readonly forget: (path: string) => void;
  /** Reads every value of a file with the engine; answers its rows. Rejects when the engine cannot. */
  readonly readWhole: (path: string) => Promise<number>;
  readonly removals: Removals;
}

export function createUpkeep({ root, digester, forget, readWhole, removals }: UpkeepDeps): LakeUpkeep {
  return {
    root,
    allFiles: findAllFiles,
    damagedFiles: findDamagedFiles,
    inspect: (file) => inspectFile({ root, digester, readWhole }, file),
    async note(sql, file, { damage, found }) {
      forget(file.path);
      if (damage !== null || found === null) return saveDamage(sql, file, damage ?? MISSING);
      await saveFileFacts(sql, file.id, { ...found, damage: null });
    },
    async replace(sql, damaged, rebuilt) {
      const target = join(root, damaged.path);
      await rename(join(root, rebuilt.path), target);
      await syncFolder(dirname(target));
      forget(damaged.path);
      forget(rebuilt.path);
      const { sha256, sizeBytes, rows, others } = rebuilt;
      // The rename changed the stamp.
      const stamp = (await readFileStamp(target))?.stamp ?? null;
      await saveFileFacts(sql, damaged.id, { sha256, sizeBytes, rows, others, stamp, damage: null });
    },
    unknownFiles: (sql) => findUnknownFiles(root, () => findKnownPaths(sql)),
    hold: () => removals.hold(),
    afterHolds: (work) => removals.run(work),
  };
}

async function inspectFile(
  { root, digester, readWhole }: Pick<UpkeepDeps, 'root' | 'digester' | 'readWhole'>,
  file: StagedFile,
): Promise<FileState> {
  const path = join(root, file.path);
  try {
    const now = await readFileStamp(path);
    if (now === null) return { damage: MISSING, found: null };
    const { sha256, sizeBytes } = await digester.digest(path);
    const found = { sha256, sizeBytes, stamp: now.stamp };
    if (sizeBytes !== file.sizeBytes) return { damage: describeSizeDamage(sizeBytes, file.sizeBytes), found };
    if (file.sha256 !== null) return { damage: sha256 === file.sha256 ? null : OTHER_CONTENT, found };
    return { damage: await findEngineDamage(() => readWhole(path), file.rows), found };
  } catch (error) {
    return { damage: describeUnreadableDamage(error), found: null };
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

async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}

/** Removes files immediately, or, while a backup holds them, when the last hold ends. */
export class Removals {
  readonly #remove: (path: string) => Promise<void>;
  #holds = 0;
  #postponed: (() => Promise<void>)[] = [];

  constructor(remove: (path: string) => Promise<void>) {
    this.#remove = remove;
  }

  async remove(paths: readonly string[]): Promise<void> {
    await this.run(async () => {
      await Promise.all(paths.map((path) => this.#remove(path)));
    });
  }

  /** True when the work has run, false when it runs at the end of the last hold. */
  async run(work: () => Promise<void>): Promise<boolean> {
    if (this.#holds > 0) {
      this.#postponed.push(work);
      return false;
    }
    await work();
    return true;
  }

  hold(): AsyncDisposable {
    this.#holds += 1;
    let held = true;
    return {
      [Symbol.asyncDispose]: async () => {
        if (!held) return;
        held = false;
        this.#holds -= 1;
        if (this.#holds > 0) return;
        const postponed = this.#postponed;
        this.#postponed = [];
        for (const work of postponed) await this.run(work);
      },
    };
  }
}
