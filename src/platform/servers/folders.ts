import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSystemCode } from '../errors/index.ts';
import { buildServerFolder, SERVERS_FOLDER } from '../store/folder-lock.ts';

/** Name, never that of a server, for the journals of the only server that the data folder had before. */
const FORMER = '_former';
const ID_FILE = 'folder-id';
const JOURNALS = /^journals-[0-9a-f]+$/;
const COPY = /^journals-[0-9a-f]+-by-[0-9a-f]+$/;

/** Journals of one process. */
export interface JournalsOfServer {
  /** Name of the server. */
  readonly server: string;
  /** With one folder a table. */
  readonly folder: string;
}

/** The journals of one holding of a lease: never written to again by a later one. */
export function buildOwnJournals(data: string, { name, instance }: { name: string; instance: string }): string {
  return join(buildServerFolder(data, name), `journals-${instance}`);
}

export function createInstance(): string {
  return randomBytes(8).toString('hex');
}

/** The journals of all servers, also of ended ones. */
export async function listJournals(data: string): Promise<JournalsOfServer[]> {
  return listFolders(data, JOURNALS);
}

/** Copies of journals that were taken over; only damage that was set aside stays in them. */
export async function listCopies(data: string): Promise<JournalsOfServer[]> {
  return listFolders(data, COPY);
}

async function listFolders(data: string, pattern: RegExp): Promise<JournalsOfServer[]> {
  const found: JournalsOfServer[] = [];
  for (const server of await listNames(join(data, SERVERS_FOLDER))) {
    const place = buildServerFolder(data, server);
    const names = (await listNames(place)).filter((name) => pattern.test(name));
    found.push(...names.toSorted().map((name) => ({ server, folder: join(place, name) })));
  }
  return found;
}

/** Names in a folder; none where it is no folder or is gone. */
async function listNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(readSystemCode(error) ?? '')) return [];
    throw error;
  }
}

/** Whether one of several servers has joined in this data folder. One that was refused leaves no more than a folder with its lock. */
export function isSharedFolder(data: string): boolean {
  return existsSync(join(data, SERVERS_FOLDER, ID_FILE));
}

/** Id of a data folder; null: no server with a name has joined in it. */
export async function findIdOfFolder(data: string): Promise<string | null> {
  try {
    return (await readFile(join(data, SERVERS_FOLDER, ID_FILE), 'utf8')).trim();
  } catch (error) {
    if (readSystemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** The same, made at the first call. Not to be called by two servers at the same time. */
export async function makeIdOfFolder(data: string): Promise<string> {
  const found = await findIdOfFolder(data);
  if (found !== null) return found;
  const file = join(data, SERVERS_FOLDER, ID_FILE);
  await mkdir(join(data, SERVERS_FOLDER), { recursive: true, mode: 0o700 });
  const id = createInstance();
  await writeFile(`${file}.new`, `${id}\n`, { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
  return id;
}

/**
 * Gives the files that the only server of the folder kept for itself to the first server with a name. `names`: entries of the data folder. Not to
 * be called by two servers at the same time.
 */
export async function inheritFiles(data: string, server: string, names: readonly string[]): Promise<void> {
  const target = buildServerFolder(data, server);
  await mkdir(target, { recursive: true, mode: 0o700 });
  const there = new Set(await listNames(target));
  for (const name of await listNames(data)) {
    if (names.includes(name) && !there.has(name)) await rename(join(data, name), join(target, name));
  }
}

/** Makes the journals of the only server that the folder had before those of an ended one. */
export async function adoptFormerJournals(data: string): Promise<void> {
  const place = buildServerFolder(data, FORMER);
  if (!(await listNames(data)).includes('journals')) return;
  await mkdir(place, { recursive: true, mode: 0o700 });
  await rename(join(data, 'journals'), join(place, `journals-${createInstance()}`));
}
