import { findPostgres, type Postgres, startPostgres } from '../../test/support/postgres.ts';
import type { CoreSplit } from '../cores.ts';
import { type Mlflow, storeOf } from '../mlflow.ts';
import type { ServerProcess } from '../server-process.ts';
import { startSteelyard } from '../steelyard.ts';
import { insertIntoPostgres, insertIntoSqlite } from './direct-insert.ts';
import type { DirectInsert } from './session.ts';

export interface Side {
  readonly subject: string;
  start(folder: string): Promise<{ readonly server: ServerProcess; readonly insert: DirectInsert | null }>;
}

export type Engine = 'sqlite' | 'postgres';

/** Steelyard, then mlflow with one worker and with two, each on an empty store of this engine. */
export function sidesOf(mlflow: Mlflow, engine: Engine, postgres: Postgres | null, { server }: CoreSplit): Side[] {
  const newDatabase = async () => (postgres === null ? undefined : await postgres.newDatabase());
  const theirs = (workers: number): Side => ({
    subject: workers === 1 ? 'mlflow, 1 worker' : `mlflow, ${workers} workers`,
    async start(folder) {
      const database = await newDatabase();
      mlflow.prepare(folder);
      const setup = { workers, journal: 'wal', ...(database === undefined ? {} : { database }) } as const;
      const insert = database === undefined ? insertIntoSqlite(storeOf(folder)) : insertIntoPostgres(database);
      return { server: await mlflow.start(folder, setup, server), insert };
    },
  });
  const ours: Side = {
    subject: 'Steelyard',
    start: async (folder) => ({ server: await startSteelyard(folder, server, await newDatabase()), insert: null }),
  };
  if (engine === 'postgres' && postgres === null) throw new Error('no PostgreSQL was started');
  return [ours, theirs(1), theirs(2)];
}

/** With fsync, which the tests' server does without. */
export async function startDatabase(engine: Engine): Promise<Postgres | null> {
  if (engine === 'sqlite') return null;
  const bin = findPostgres();
  if (bin === null) throw new Error('--store postgres: initdb and postgres are not installed');
  return startPostgres(bin, 'on');
}
