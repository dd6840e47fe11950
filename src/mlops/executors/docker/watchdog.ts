import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { makeFolder, read } from './kept.ts';

/** Files in the watchdog's folder in addition to the list of containers. */
export const WATCHDOG = { list: 'watched', lock: 'watchdog.lock', process: 'watchdog.pid' } as const;

/** Time for the watchdog to take its lock, in milliseconds; after it, the start has failed. */
const READY_WITHIN_MS = 20_000;
const LOOK_MS = 25;

/**
 * Keeps one watchdog running for the containers in the folder: a separate process that ends them on time when the
 * server is gone. Call the returned function when the list has entries; it resolves when the watchdog watches the list.
 */
export function createWatchdogKeeper(folder: string): () => Promise<void> {
  let starting: Promise<void> | null = null;
  return async () => {
    if (isWatched(folder)) return;
    starting ??= startWatchdog(folder).finally(() => {
      starting = null;
    });
    await starting;
  };
}

async function startWatchdog(folder: string): Promise<void> {
  makeFolder(folder);
  const program = fileURLToPath(new URL(`./watchdog-process${extname(import.meta.url)}`, import.meta.url));
  // The watchdog gets no environment of the server, and does not use the server's working folder.
  const child = spawn(process.execPath, [program, folder], { cwd: '/', env: {}, detached: true, stdio: 'ignore' });
  child.unref();
  child.on('error', () => undefined);
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!isWatched(folder)) {
    if (Date.now() > deadline) throw new Error(`the watchdog of containers does not start: ${program}`);
    await pause(LOOK_MS);
  }
}

/** Whether a running watchdog has registered itself for the folder. */
function isWatched(folder: string): boolean {
  const pid = Number(read(join(folder, WATCHDOG.process)) ?? Number.NaN);
  return Number.isInteger(pid) && isAlive(pid) && isWatchdog(pid, folder);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Process ids are used again. Where the kernel does not show what a process is, being there has to do. */
function isWatchdog(pid: number, folder: string): boolean {
  if (process.platform !== 'linux') return true;
  try {
    // A zombie has no command line: it has ended.
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(folder);
  } catch {
    return false;
  }
}
