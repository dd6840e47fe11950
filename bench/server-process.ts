import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { TASKSET } from './cores.ts';
import { type ProcessFacts, processFacts } from './process-facts.ts';

export interface ServerProcess extends AsyncDisposable {
  readonly url: string;
  /** From the spawn to the first 200 of /health. */
  readonly readyMs: number;
  facts(): ProcessFacts;
}

export interface ServerCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly port: number;
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** List of cores for taskset; null leaves the choice to the kernel. */
  readonly cores: string | null;
  /** Path of the health check; `/health` when left out. */
  readonly healthPath?: string;
}

const HEALTH_INTERVAL_MS = 5;
const START_LIMIT_MS = 120_000;
/** Limit of the wait; after it, the server is measured in its busy state. */
const IDLE_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 10_000;
const running = new Set<number>();
// A benchmark that is broken off leaves no servers behind.
process.on('exit', () => {
  for (const pid of running) signalGroup(pid, 'SIGKILL');
});

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject).listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

/** Starts a server in a separate session and waits until it is healthy. Its output goes to `server.log`. */
export async function startServer(command: ServerCommand): Promise<ServerProcess> {
  const url = `http://127.0.0.1:${command.port}`;
  const log = `${command.folder}/server.log`;
  const startedAt = performance.now();
  const child = spawnDetached(command, log);
  const pid = child.pid ?? 0;
  running.add(pid);
  try {
    while (!(await isHealthy(url + (command.healthPath ?? '/health')))) {
      if (child.exitCode !== null) throw new Error(`${command.program} ended:\n${tail(log)}`);
      if (performance.now() - startedAt > START_LIMIT_MS) throw new Error(`${url} is not ready:\n${tail(log)}`);
      await pause(HEALTH_INTERVAL_MS);
    }
  } catch (error) {
    await stop(child, pid);
    throw error;
  }
  const readyMs = performance.now() - startedAt;
  return { url, readyMs, facts: () => processFacts(pid), [Symbol.asyncDispose]: () => stop(child, pid) };
}

/** Waits until the server has finished its start-up work: less than a twentieth of a core over a second. */
export async function untilIdle(server: ServerProcess): Promise<void> {
  const deadline = performance.now() + IDLE_LIMIT_MS;
  for (let before = server.facts().cpuMs; performance.now() < deadline; ) {
    await pause(1000);
    const { cpuMs } = server.facts();
    if (cpuMs - before <= 50) return;
    before = cpuMs;
  }
}

function spawnDetached({ program, args, folder, environment, cores }: ServerCommand, log: string): ChildProcess {
  const output = openSync(log, 'a');
  const words = cores === null ? [program, ...args] : [TASKSET, '-c', cores, program, ...args];
  const [first = program, ...rest] = words;
  try {
    return spawn(first, rest, {
      cwd: folder,
      detached: true,
      stdio: ['ignore', output, output],
      env: { ...process.env, ...environment },
    }).on('error', () => undefined);
  } finally {
    closeSync(output);
  }
}

function isHealthy(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    request.on('error', () => resolve(false));
  });
}

async function stop(child: ChildProcess, pid: number): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) resolve();
    else child.once('exit', () => resolve());
  });
  signalGroup(pid, 'SIGTERM');
  await Promise.race([ended, pause(STOP_LIMIT_MS, undefined, { ref: false })]);
  signalGroup(pid, 'SIGKILL');
  await ended;
  running.delete(pid);
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  if (pid === 0) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nothing of the group is left.
  }
}

function tail(path: string): string {
  return readFileSync(path, 'utf8').split('\n').slice(-15).join('\n');
}
