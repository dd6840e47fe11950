import { beforeAll, describe } from 'vitest';
import { isDeep } from '../../src/testing/deep.ts';
import { type Databases, findPostgres, runDatabases } from './postgres.ts';

/** A kind of store, as a suite gets it. */
export interface TestedStore {
  readonly engine: 'SQLite' | 'PostgreSQL';
  /** The setting `database` of a fresh store; to be asked for in a hook or a test. */
  newDatabase(): Promise<string>;
  /** Resolves when the database has ended the transactions of a killed server. */
  crashed(database: string): Promise<void>;
}

/** Runs a suite on SQLite, then on a real PostgreSQL; there it is skipped by name where that is not installed. */
export function onEachStore(suite: (store: TestedStore) => void): void {
  onSqlite(suite);
  onPostgres(suite);
}

/** Runs a campaign on one store, and on both in the deep run. */
export function onStoreOfCampaign(engine: TestedStore['engine'], suite: (store: TestedStore) => void): void {
  if (isDeep || engine === 'SQLite') onSqlite(suite);
  if (isDeep || engine === 'PostgreSQL') onPostgres(suite);
}

function onSqlite(suite: (store: TestedStore) => void): void {
  describe('on SQLite', () =>
    suite({ engine: 'SQLite', newDatabase: async () => 'sqlite', crashed: async () => undefined }));
}

function onPostgres(suite: (store: TestedStore) => void): void {
  const bin = findPostgres();
  const name = 'on PostgreSQL (skipped where initdb and postgres are not installed)';
  describe.skipIf(bin === null)(name, () => {
    let server: Databases;
    beforeAll(async () => {
      server = await runDatabases();
    });
    suite({
      engine: 'PostgreSQL',
      newDatabase: () => server.newDatabase(),
      crashed: (database) => server.sessionsEnded(database),
    });
  });
}
