import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../errors/index.ts';

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
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const database = new DatabaseSync(join(folder, 'lock.db'), { timeout: 0 });
    try {
      database.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      database.close();
      throw error;
    }
    return { [Symbol.dispose]: () => void (database.isOpen && database.close()) };
  } catch (error) {
    if (error instanceof Error && error.message.includes('locked')) return null;
    const detail = `The data folder ${folder} cannot be used: ${error instanceof Error ? error.message : String(error)}.`;
    throw new AppError('data_folder_unusable', detail, { folder }, { cause: error });
  }
}
