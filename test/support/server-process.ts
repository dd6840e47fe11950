import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { serverProgram } from './server-build.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** A busy machine takes many seconds to start a process; the end of a server is detected immediately. */
const READY_WITHIN_MS = 120_000;
const POLL_MS = 25;
const ServerFile = z.object({ url: z.string(), pid: z.number() });

/** A server in a separate process, as a user starts it, so that it can be killed. */
export interface ServerProcess extends AsyncDisposable {
  /** Of the process that runs now, or ran last. */
  readonly url: string;
  readonly pid: number;
  /** SIGKILL: the server cannot clean up. */
  kill(): Promise<void>;
  /** SIGTERM: the server ends its replicas and its work. */
  stop(): Promise<void>;
  /** SIGSTOP and SIGCONT: the process stands still for a time that it does not notice. */
  send(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /** Another process on the same data folder, after the one before was killed. */
  startAgain(): Promise<void>;
}

/** `settings` are further variables of its environment; with `STEELYARD_PORT` it listens on the same port at every start. `program`: of another version. */
export async function startServerProcess(
  data: string,
  settings: Readonly<Record<string, string>> = {},
  program: string = serverProgram(),
): Promise<ServerProcess> {
  let running = await startOne(data, settings, program);
  const kill = () => running.end('SIGKILL');
  return {
    get url() {
      return running.url;
    },
    get pid() {
      return running.pid;
    },
    kill,
    stop: () => running.end('SIGTERM'),
    send: (signal) => running.send(signal),
    async startAgain() {
      running = await startOne(data, settings, program);
    },
    [Symbol.asyncDispose]: kill,
  };
}

async function startOne(data: string, settings: Readonly<Record<string, string>>, program: string) {
  const { STEELYARD_SERVER: name } = settings;
  const announced = join(name === undefined ? data : join(data, 'servers', name), 'server.json');
  rmSync(announced, { force: true });
  const words = [program, 'serve', '--data', data, '--port', settings.STEELYARD_PORT ?? '0'];
  const env = { ...process.env, ...settings };
  const child = spawn(process.execPath, words, { cwd: root, stdio: 'ignore', env });
  let isEnded = false;
  // Otherwise the test only sees a connection that ends.
  child.on('exit', (code, signal) => {
    if (!isEnded) console.error(`the server of ${data} ended by itself: exit code ${code}, signal ${signal}`);
  });
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    isEnded = true;
    child.kill(signal);
    await once(child, 'exit');
  };
  try {
    return {
      url: await announcedUrl(announced, child),
      pid: child.pid ?? 0,
      end,
      send: (signal: NodeJS.Signals) => void child.kill(signal),
    };
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
}

async function announcedUrl(file: string, child: ChildProcess): Promise<string> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    if (existsSync(file)) return ServerFile.parse(JSON.parse(readFileSync(file, 'utf8'))).url;
    if (child.exitCode !== null) throw new Error(`the server ended with exit code ${child.exitCode}`);
    await pause(POLL_MS); // the process under test is another one: its file is all there is to wait for
  }
  throw new Error('the server did not become ready');
}
