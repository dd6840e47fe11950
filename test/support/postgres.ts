import { execFile, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { inject } from 'vitest';
import { onFreePort } from './free-port.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Address of the run's PostgreSQL without a database; null where it is not installed. */
    postgres: string | null;
  }
}

export interface Databases {
  readonly version: string;
  /**
   * Creates an empty database and returns its address; text is ordered by bytes, or by the rules of a language (ICU).
   */
  newDatabase(language?: string): Promise<string>;
  /**
   * Resolves when the database at this address has no connection, so that the work of a killed client has ended too.
   */
  sessionsEnded(database: string): Promise<void>;
}

export interface Postgres extends Databases, AsyncDisposable {
  /** Address without a database. */
  readonly address: string;
  /** Ends it immediately, as a crash does; the data stay. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data, and waits until it answers. */
  startAgain(): Promise<void>;
}

const DEBIAN = '/usr/lib/postgresql';
const READY_WITHIN_MS = 60_000;
const run = promisify(execFile);

/** The newest folder with `initdb` and `postgres` in it, or null where PostgreSQL is not installed. */
export function findPostgres(): string | null {
  const debian = listFolder(DEBIAN)
    .toSorted((one, other) => Number(other) - Number(one))
    .map((version) => join(DEBIAN, version, 'bin'));
  const path = (process.env.PATH ?? '').split(delimiter);
  return [...debian, ...path].find((folder) => has(folder, 'initdb') && has(folder, 'postgres')) ?? null;
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // not there
  }
}

function has(folder: string, program: string): boolean {
  return folder !== '' && listFolder(folder).includes(program);
}

/** Databases of the run's PostgreSQL, which all files share. Throws where it is not installed. */
export async function runDatabases(): Promise<Databases> {
  const address = inject('postgres');
  if (address === null) throw new Error('PostgreSQL is not installed');
  return databasesAt(address, await query(`${address}/postgres`, 'show server_version'));
}

/** Starts a real PostgreSQL on a free loopback port with a new data folder; disposing stops and removes it. */
export function startPostgres(bin: string, fsync: 'on' | 'off' = 'off'): Promise<Postgres> {
  return onFreePort((port) => startOn(port, bin, fsync));
}

async function startOn(port: number, bin: string, fsync: 'on' | 'off'): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  const asOwner = ownerOf(folder);
  const data = join(folder, 'data');
  const initdb = asOwner(join(bin, 'initdb'), [
    '-D',
    data,
    '-U',
    'steelyard',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--no-sync',
  ]);
  await run(initdb.program, initdb.args);
  // The socket is in the folder too, because the default location may not be writable. fsync is not the subject of the
  // tests. Files that run concurrently share it, each with the connections of several servers.
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    fsync,
    max_connections: 400,
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const start = asOwner(join(bin, 'postgres'), ['-D', data, ...options]);
  const address = `postgresql://steelyard@127.0.0.1:${port}`;
  let running = launch(start);
  const stop = async () => {
    await running.end('SIGINT'); // "fast": ends sessions that a failed test left open
    rmSync(folder, { recursive: true, force: true });
  };
  const started = () => ready(`${address}/postgres`, running.failure);
  const version = await started().catch(async (error) => {
    await stop();
    throw error;
  });
  return {
    address,
    ...databasesAt(address, version),
    kill: () => running.end('SIGQUIT'), // "immediate": no checkpoint, recovery at the next start
    async startAgain() {
      running = launch(start);
      await started();
    },
    [Symbol.asyncDispose]: stop,
  };
}

function launch({ program, args }: { readonly program: string; readonly args: readonly string[] }) {
  const server = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const exited = new Promise<void>((resolve) => server.once('close', () => resolve()));
  return {
    end: async (signal: 'SIGINT' | 'SIGQUIT') => {
      server.kill(signal);
      await exited;
    },
    /** Its output, once it has ended; null while it runs. */
    failure: () => (server.exitCode === null ? null : said),
  };
}

function databasesAt(address: string, version: string): Databases {
  return {
    version,
    async newDatabase(language) {
      const name = `test_${randomUUID().replaceAll('-', '')}`;
      const ordered = language === undefined ? '' : ` template template0 locale_provider icu icu_locale '${language}'`;
      await query(`${address}/postgres`, `create database ${name}${ordered}`);
      return `${address}/${name}`;
    },
    async sessionsEnded(database) {
      const name = new URL(database).pathname.slice(1);
      const sessions = `select count(*) from pg_stat_activity where datname = '${name}'`;
      while ((await query(`${address}/postgres`, sessions)) !== '0') await pause(20);
    },
  };
}

/** PostgreSQL refuses to run as root; there it runs as the user that its package made. */
function ownerOf(folder: string): (program: string, args: string[]) => { program: string; args: string[] } {
  if (process.getuid?.() !== 0) return (program, args) => ({ program, args });
  const id = (flag: string) => execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }).trim();
  const [user, group] = [id('-u'), id('-g')];
  execFileSync('chown', [`${user}:${group}`, folder]);
  chmodSync(folder, 0o700);
  // setpriv and not su: it becomes the server, so that a signal to the child reaches PostgreSQL itself.
  const become = ['--reuid', user, '--regid', group, '--clear-groups'];
  return (program, args) => ({ program: 'setpriv', args: [...become, program, ...args] });
}

async function ready(address: string, ended: () => string | null): Promise<string> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      return await query(address, 'show server_version');
    } catch (error) {
      const why = ended();
      if (why !== null) throw new Error(`PostgreSQL ended at its start: ${why}`, { cause: error });
      if (Date.now() > deadline) throw new Error('PostgreSQL did not get ready', { cause: error });
      await pause(100);
    }
  }
}

async function query(address: string, text: string): Promise<string> {
  const client = new Client({ connectionString: address });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, string>>(text);
    return Object.values(rows[0] ?? {})[0] ?? '';
  } finally {
    await client.end();
  }
}
