import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readSystemCode } from '../errors/index.ts';
import { HEAD, LEDGER } from './ledger.ts';
import { DAMAGED_SUFFIX, listFiles, listSegments } from './segment.ts';

/**
 * Copies all journals below a folder while they are appended to, and not settled. The ledger comes first and the size of the last segment
 * before its lines, so that the copy never names more lines than it holds.
 */
export async function copyJournals(from: string, to: string): Promise<void> {
  for (const table of await listTableNames(from)) await copyJournal(join(from, table), join(to, table));
}

/** The same for the journal of one table. */
export async function copyJournal(source: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true, mode: 0o700 });
  for (const name of [LEDGER, HEAD]) await copyIfThere(join(source, name), join(target, name));
  const files = [...(await listSegments(source)), ...(await listFiles(source, DAMAGED_SUFFIX))];
  for (const { name, path } of files) await copyFile(path, join(target, name));
}

async function listTableNames(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (readSystemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Copies a file if it exists: without an open segment there is none. */
async function copyIfThere(source: string, target: string): Promise<void> {
  try {
    await copyFile(source, target);
  } catch (error) {
    if (readSystemCode(error) !== 'ENOENT') throw error;
  }
}
