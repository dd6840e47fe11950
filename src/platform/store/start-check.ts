import { existsSync } from 'node:fs';
import { opendir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readFileStamp } from '../digests/index.ts';
import { AppError, readSystemCode } from '../errors/index.ts';
import { buildSqlitePath } from './sqlite.ts';
import { checkSqlite } from './sqlite-upkeep.ts';

/** Stamp of the store when the server last stopped in order; absent while one runs and after it was killed. */
const STAMP_FILE = 'store.stamp';
/** Folders whose files the store names: with any of them there was a store. */
const STORED = ['lake', 'objects', 'journals'];

export interface CheckedStart extends AsyncDisposable {
  /** The server before this one did not stop in order, so the pages were not compared with anything. */
  readonly wasKilled: boolean;
  /** Confirms that the store is open, so that its stamp is stored when it closes. */
  confirm(): void;
}

/**
 * Checks the SQLite store of a data folder before it is opened. A store without writes since the last server stopped is
 * opened as it is; otherwise all pages are checked first. Disposing records the stamp, after the store was closed.
 * Errors: `store_damaged`.
 */
export async function checkStoreAtStart(folder: string): Promise<CheckedStart> {
  const [store, stampFile] = [buildSqlitePath(folder), join(folder, STAMP_FILE)];
  const hasLog = existsSync(`${store}-wal`);
  const noted = await readStamp(stampFile);
  const found = await readFileStamp(store);
  if (found === null && (noted !== null || hasLog || (await hasFiles(folder)))) {
    throw storeDamaged(folder, 'store.db is missing, but its other files exist');
  }
  if (noted !== null && (hasLog || found?.stamp !== noted)) {
    const [problem] = await checkSqlite(store);
    if (problem !== undefined) throw storeDamaged(folder, problem);
  }
  await rm(stampFile, { force: true });
  let isOpen = false;
  return {
    wasKilled: hasLog,
    confirm() {
      isOpen = true;
    },
    async [Symbol.asyncDispose]() {
      const closed = existsSync(`${store}-wal`) || !isOpen ? null : await readFileStamp(store);
      if (closed !== null) await writeFile(stampFile, closed.stamp, { mode: 0o600 });
    },
  };
}

async function readStamp(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (readSystemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function hasFiles(folder: string): Promise<boolean> {
  for (const name of STORED) {
    if (!existsSync(join(folder, name))) continue;
    for await (const entry of await opendir(join(folder, name), { recursive: true })) if (entry.isFile()) return true;
  }
  return false;
}

function storeDamaged(folder: string, problem: string): AppError {
  const detail = `The store of ${folder} is damaged: ${problem}. Restore a backup into another folder (steelyard backup restore), or put a good copy of store.db back.`;
  return new AppError('store_damaged', detail, { folder, problem });
}
