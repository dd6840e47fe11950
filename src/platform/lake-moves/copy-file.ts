import { AppError, readSystemCode } from '../errors/index.ts';
import type { Lake, LakePlace, StagedFile } from '../lake/index.ts';
import type { Store } from '../store/index.ts';
import { isNamed, type VerifiedCopy } from './store.ts';

export interface CopyDeps {
  readonly store: Store;
  readonly lake: Pick<Lake, 'upkeep'>;
}

/** A file of the lake that is missing or differs from its digest, so that it cannot be moved. */
export class DamagedSource extends Error {
  readonly file: StagedFile;

  constructor(file: StagedFile, why: string) {
    super(why);
    this.file = file;
  }
}

/**
 * Copies a file to another place and reads the copy back; a copy that is there already with the right digest is read only. Null: the file has left
 * the lake, or was replaced. Error: `DamagedSource`.
 */
export async function copyFile(
  deps: CopyDeps,
  from: LakePlace,
  to: LakePlace,
  listed: StagedFile,
): Promise<VerifiedCopy | null> {
  const file = listed.sha256 === null ? await addDigest(deps, listed) : listed;
  if (file.damage !== null) throw new DamagedSource(file, file.damage);
  if (!(await isThere(to, file))) {
    try {
      const content = await from.read(file);
      await to.receive(file, content).finally(() => content.destroy());
    } catch (error) {
      return explainFailure(deps, file, error);
    }
    if (!(await isThere(to, file)))
      return explainFailure(deps, file, new Error(`the copy of ${file.path} has other bytes`));
  }
  return { file, stamp: await to.findStamp(file) };
}

async function isThere(place: LakePlace, file: StagedFile): Promise<boolean> {
  return (await place.inspect(file, () => Promise.reject(new Error('a copy is not decoded')))).damage === null;
}

/** A file of before digests were kept: verified by the engine, as `verify` does. */
async function addDigest({ store, lake }: CopyDeps, file: StagedFile): Promise<StagedFile> {
  const state = await lake.upkeep.inspect(file);
  await lake.upkeep.note(store, file, state);
  return { ...file, damage: state.damage, ...(state.found === null ? {} : state.found) };
}

/** The file itself may be the reason: gone from the lake, or damaged. Otherwise the error is that of a place. */
async function explainFailure({ store, lake }: CopyDeps, file: StagedFile, error: unknown): Promise<null> {
  if (error instanceof AppError && error.code !== 'object_not_found') throw error;
  const state = await lake.upkeep.inspect(file);
  if (!(await isNamed(store, file))) return null;
  if (state.damage !== null) {
    await lake.upkeep.note(store, file, state);
    throw new DamagedSource(file, state.damage);
  }
  if (readSystemCode(error) !== 'ENOSPC') throw error;
  const detail = 'The disk of the data folder is full. Free space, and the move continues.';
  throw new AppError('storage_full', detail, {}, { cause: error });
}
