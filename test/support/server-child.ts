import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

/** MLflow alone imports for a minute on a busy machine; the end of a server is detected immediately. */
const READY_WITHIN_MS = 180_000;

/** Then it is killed. */
const STOP_WITHIN_MS = 15_000;

export interface ServerChild {
  /** Ends it and waits until it has ended. */
  stop(): Promise<void>;
}

/** Starts a third-party server and waits until `ready` returns true; if it ends before, the error has its output. */
export async function startServerChild(
  program: string,
  args: readonly string[],
  environment: Record<string, string>,
  ready: () => Promise<boolean>,
): Promise<ServerChild> {
  const child = spawn(program, args, {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000);
  });
  const stop = () => stopChild(child);
  try {
    await becomesReady(child, ready, () => said);
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}

async function becomesReady(child: ChildProcess, ready: () => Promise<boolean>, said: () => string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await ready().catch(() => false))) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended at its start: ${said()}`);
    if (Date.now() > deadline) throw new Error(`${child.spawnfile} did not get ready: ${said()}`);
    await pause(50);
  }
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  // SeaweedFS waits for its own parts, and now and then for ever.
  const killing = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  child.kill('SIGTERM');
  await once(child, 'exit');
  clearTimeout(killing);
}
