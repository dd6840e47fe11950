import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

const READY_WITHIN_MS = 120_000;

/** A program in the background; its output is appended to its log. Disposing ends it and waits for its end. */
export function spawnLogged(path: string, flags: readonly string[], log: string): AsyncDisposable {
  const child = spawn('sh', ['-c', 'exec "$0" "$@" >>"$LOG" 2>&1', path, ...flags], {
    env: { PATH: process.env.PATH, LOG: log },
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(late);
    },
  };
}

/** Waits until `ready` returns true; at the deadline, throws the last error of `ready`. */
export async function until(ready: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      if (ready()) return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    if (Date.now() > deadline) throw new Error(`${what} did not get ready`);
    await pause(200);
  }
}
