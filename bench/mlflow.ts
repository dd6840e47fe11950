import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { freePort, type ServerProcess, startServer } from './server-process.ts';

/** A Python with mlflow, and the command for its server according to its documentation. */
export interface Mlflow {
  readonly version: string;
  readonly pythonVersion: string;
  readonly sqliteVersion: string;
  start(folder: string, setup: MlflowSetup, cores: string | null): Promise<ServerProcess>;
  /** A store with all its tables, made once and copied, so that a start is a start and not a migration. */
  prepare(folder: string): void;
}

export interface MlflowSetup {
  /** Null: the server's own default (4). */
  readonly workers: number | null;
  /** SQLite's default is a rollback journal; WAL is a common tuning. */
  readonly journal: 'default' | 'wal';
  /** Address of a PostgreSQL database to be used instead; its tables are made at the start. */
  readonly database?: string;
}

/** Quiet about itself and without looking things up elsewhere while it is measured. */
const environment = { MLFLOW_DISABLE_TELEMETRY: 'true', DO_NOT_TRACK: 'true', PYTHONUNBUFFERED: '1' };
const PROBE = 'import mlflow, sys, sqlite3; print(mlflow.__version__, sys.version.split()[0], sqlite3.sqlite_version)';

/** Null when no Python with mlflow is configured or in the cache. */
export function findMlflow(temporary: string): Mlflow | null {
  const cached = fileURLToPath(new URL('../.cache/mlflow/bin/python', import.meta.url));
  const python = process.env.TEST_MLFLOW_PYTHON ?? (existsSync(cached) ? cached : null);
  if (python === null) return null;
  const facts = execFileSync(python, ['-c', PROBE], { encoding: 'utf8', env: { ...process.env, ...environment } });
  const [version = '?', pythonVersion = '?', sqliteVersion = '?'] = facts.trim().split(' ').slice(-3);
  const template = join(temporary, 'mlflow-template.db');
  const prepare = (folder: string): void => {
    if (!existsSync(template)) {
      const args = ['-m', 'mlflow', 'db', 'upgrade', `sqlite:///${template}`];
      execFileSync(python, args, { stdio: 'ignore', env: { ...process.env, ...environment } });
    }
    mkdirSync(folder, { recursive: true });
    copyFileSync(template, storeOf(folder));
  };
  const start: Mlflow['start'] = async (folder, { workers, journal, database }, cores) => {
    mkdirSync(folder, { recursive: true });
    if (journal === 'wal' && database === undefined) setWal(storeOf(folder));
    const port = await freePort();
    const args = ['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port)];
    const store = database ?? `sqlite:///${storeOf(folder)}`;
    args.push('--backend-store-uri', store, '--artifacts-destination', `${folder}/artifacts`);
    if (workers !== null) args.push('--workers', String(workers));
    return startServer({ program: python, args, port, folder, environment, cores });
  };
  return { version, pythonVersion, sqliteVersion, start, prepare };
}

/** Its SQLite file. */
export function storeOf(folder: string): string {
  return join(folder, 'mlflow.db');
}

/** The mode is stored in the file, so the server opens it in this mode. */
function setWal(file: string): void {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL');
  database.close();
}
