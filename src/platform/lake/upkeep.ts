import { randomUUID } from 'node:crypto';
import { createAtMost } from '../concurrency/index.ts';
import { AppError } from '../errors/index.ts';
import type { Sql } from '../store/index.ts';
import { MISSING } from './file-checks.ts';
import type { LakeUpkeep, StagedFile } from './lake.ts';
import { findUnknownFiles, isOlder, STAGING_MS } from './leftovers.ts';
import { findAllFiles, findDamagedFiles, findKnownPaths, saveDamage, saveFileFacts } from './manifest.ts';
import { savePlaceOfCopy } from './place-records.ts';
import type { Places } from './places.ts';

export interface UpkeepDeps {
  readonly places: Places;
  /** Called for a file that has other facts from now on. */
  readonly forget: (file: Pick<StagedFile, 'place' | 'path'>) => void;
  /** Reads every value of a file with the engine; answers its rows. Rejects when the engine cannot. */
  readonly readWhole: (path: string) => Promise<number>;
  readonly removals: Removals;
  /** A file of this table has other facts now. */
  readonly replaced: (sql: Sql, table: string) => Promise<void>;
}

export function createUpkeep({ places, forget, readWhole, removals, replaced }: UpkeepDeps): LakeUpkeep {
  return {
    async allFiles(sql) {
      const files = await findAllFiles(sql);
      await places.ensure(sql, files);
      return files;
    },
    damagedFiles: findDamagedFiles,
    inspect: (file) => places.get(file.place).inspect(file, readWhole),
    async note(sql, file, { damage, found }) {
      forget(file);
      if (damage !== null || found === null) return saveDamage(sql, file, damage ?? MISSING);
      await saveFileFacts(sql, file, { ...found, damage: null });
    },
    async replace(sql, damaged, staged) {
      const rebuilt = await bringTo(places, damaged.place, staged);
      const written = await places.get(damaged.place).replace(damaged, rebuilt);
      forget(damaged);
      forget(staged);
      const { rows, others, hasPositions } = rebuilt;
      if (await saveFileFacts(sql, damaged, { ...written, rows, others, hasPositions, damage: null }))
        return replaced(sql, damaged.table);
      throw new AppError('lake_moved', 'The lake was moved while a file was rebuilt. Repeat the change.');
    },
    async read(file, work) {
      await places.open([file]);
      try {
        return await work(places.pathOf(file));
      } finally {
        await places.release([file]);
      }
    },
    async leftovers(sql, now) {
      const unknown = await findUnknownFiles(places.current.place, () => findKnownPaths(sql));
      const old: string[] = [];
      for (const file of unknown) if (await isOlder(file, now - STAGING_MS)) old.push(file.path);
      return old;
    },
    removeLeftover: (path) => places.current.place.remove(path),
    removeAll: (files) => removals.remove(files),
    hold: () => removals.hold(),
    afterHolds: (work) => removals.run(work),
    saveAsCopy: (sql) => savePlaceOfCopy(sql, randomUUID()),
  };
}

/** A file that was staged after the lake was moved, in the place of the file that it shall replace. */
async function bringTo(places: Places, place: number, staged: StagedFile): Promise<StagedFile> {
  if (staged.place === place) return staged;
  const from = places.get(staged.place);
  const content = await from.read(staged);
  await places
    .get(place)
    .receive(staged, content)
    .finally(() => content.destroy());
  await from.remove(staged.path);
  return { ...staged, place };
}

/** Removals that run at the same time: in a bucket each is a request. */
const AT_ONCE = 16;

/** Removes files immediately, or, while a backup holds them, when the last hold ends. */
export class Removals {
  readonly #remove: (file: Pick<StagedFile, 'place' | 'path'>) => Promise<void>;
  #holds = 0;
  #postponed: (() => Promise<void>)[] = [];

  constructor(remove: (file: Pick<StagedFile, 'place' | 'path'>) => Promise<void>) {
    this.#remove = remove;
  }

  async remove(files: readonly Pick<StagedFile, 'place' | 'path'>[]): Promise<void> {
    await this.run(async () => {
      const removing = createAtMost(AT_ONCE);
      for (const file of files) await removing.start(() => this.#remove(file));
      await removing.finished();
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
