import { setTimeout as sleep } from 'node:timers/promises';
import { tryLockFolder } from '../../src/platform/store/folder-lock.ts';
import { CommandError } from '../frame/failure.ts';
import { readServerFile, readSharedServerFiles, removeServerFile, type ServerFile } from './server-file.ts';
import { readText, send } from './transport.ts';

/** A data folder: locked by this process, or served by another one. */
type FolderEntry = { readonly lock: Disposable } | { readonly server: ServerFile };

/** Longest wait for a process that is starting or ending on its data folder, in seconds. */
const DEFAULT_WAIT_SECONDS = 30;
const POLL_MS = 50;
const HEALTH_TIMEOUT_MS = 2_000;

/**
 * Locks the folder, or finds the server that has it. The lock decides: an address counts only while another process holds the lock.
 * Error: `data_folder_in_use` when neither succeeds within the time.
 */
export function enterFolder(data: string, waitSeconds = DEFAULT_WAIT_SECONDS): Promise<FolderEntry> {
  return poll(data, waitSeconds, async () => {
    const lock = takeLock(data);
    if (lock !== null) return { lock };
    const server = await findServer(data);
    return server === null ? null : { server };
  });
}

/**
 * Locks the folder for a permanent server; waits for running commands to end. Error: `data_folder_in_use`, without a
 * wait where another `serve` has the folder.
 */
export function lockForServe(data: string, waitSeconds = DEFAULT_WAIT_SECONDS): Promise<Disposable> {
  return poll(data, waitSeconds, async () => {
    const lock = takeLock(data);
    if (lock !== null) return lock;
    const server = await findServer(data);
    if (server !== null && server.endsWith === undefined) throw inUse(data, `the server at ${server.url} uses it`);
    return null;
  });
}

function takeLock(data: string): Disposable | null {
  const lock = tryLockFolder(data);
  if (lock !== null) removeServerFile(data);
  return lock;
}

async function poll<T>(data: string, waitSeconds: number, attempt: () => Promise<T | null>): Promise<T> {
  const deadline = performance.now() + waitSeconds * 1000;
  for (;;) {
    const found = await attempt();
    if (found !== null) return found;
    if (performance.now() >= deadline) throw inUse(data, `another process still uses it after ${waitSeconds} s`);
    await sleep(POLL_MS);
  }
}

function inUse(folder: string, why: string): CommandError {
  const detail = `The data folder ${folder} is in use: ${why}. Stop that process, wait longer with --wait, or use another folder with --data.`;
  return new CommandError('data_folder_in_use', detail, { folder });
}

/** The server that a file of the folder names; null when its process is gone or does not answer. */
async function findServer(data: string): Promise<ServerFile | null> {
  const own = readServerFile(data);
  for (const serverFile of own === null ? readSharedServerFiles(data) : [own]) {
    if (await isAnswering(serverFile)) return serverFile;
  }
  return null;
}

async function isAnswering({ pid, url }: ServerFile): Promise<boolean> {
  if (!isAlive(pid)) return false;
  try {
    const answer = await send(url, { method: 'GET', path: '/health', timeoutMs: HEALTH_TIMEOUT_MS });
    return /^OK(;|$)/.test(await readText(answer)); // a remark may follow: the store does not respond
  } catch {
    return false; // no longer this server
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
