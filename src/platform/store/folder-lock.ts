import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../errors/index.ts';

/** Folder of the servers below a data folder that several share. */
export const SERVERS_FOLDER = 'servers';

/** Folder for all that one of several servers keeps for itself. */
export function buildServerFolder(data: string, server: string): string {
  return join(data, SERVERS_FOLDER, server);
}

/**
 * One server a data folder. The lock is an open write transaction on an empty database, so the operating system gives it
 * back the moment its holder ends, `kill -9` included. Errors: `data_folder_in_use`, `data_folder_unusable`.
 */
export function lockFolder(folder: string): Disposable {
  const lock = tryLockFolder(folder);
  if (lock !== null) return lock;
  const detail = `Another Steelyard server uses the data folder ${folder}. Stop it, or use another folder with --data.`;
  throw new AppError('data_folder_in_use', detail, { folder });
}

/** The same lock; null while another process, or this one, holds it. Error: `data_folder_unusable`. */
export function tryLockFolder(folder: string): Disposable | null {
  return openLock(folder, (database) => database.exec('BEGIN EXCLUSIVE'));
}

/**
 * One server a folder of copies of lake files: another one would remove copies that this one reads, and both together would exceed the limit
 * of each. Errors: `lake_cache_in_use`, `data_folder_unusable`.
 */
export function lockLakeCache(folder: string): Disposable {
  const lock = tryLockFolder(folder);
  if (lock !== null) return lock;
  const detail = `Another Steelyard server uses the folder ${folder} for its copies of lake files. Set "lakeCacheFolder" (STEELYARD_LAKE_CACHE_FOLDER) to a separate folder for each server.`;
  throw new AppError('lake_cache_in_use', detail, { folder });
}

/** Null where the lock is held. */
function openLock(folder: string, take: (database: DatabaseSync) => void): Disposable | null {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const database = new DatabaseSync(join(folder, 'lock.db'), { timeout: 0 });
    try {
      take(database);
    } catch (error) {
      database.close();
      throw error;
    }
    return { [Symbol.dispose]: () => void (database.isOpen && database.close()) };
  } catch (error) {
    if (error instanceof Error && error.message.includes('locked')) return null;
    const detail = `The folder ${folder} cannot be used: ${error instanceof Error ? error.message : String(error)}.`;
    throw new AppError('data_folder_unusable', detail, { folder }, { cause: error });
  }
}

/**
 * A lock that several servers hold together, and that `lockFolder` waits for none of: each refuses the other while it is held. Errors:
 * `data_folder_in_use`, `data_folder_unusable`.
 */
export function shareFolder(folder: string): Disposable {
  const lock = openLock(folder, (database) => {
    // A read in a transaction holds a shared lock until the transaction ends.
    database.exec('BEGIN');
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
  });
  if (lock !== null) return lock;
  const detail = `A Steelyard server without the setting "server" uses the data folder ${folder}. Stop it first.`;
  throw new AppError('data_folder_in_use', detail, { folder });
}
