import type { Kysely } from 'kysely';
import { AppError } from '../errors/index.ts';
import { runMigrations } from './migrate.ts';
import { openPostgres } from './postgres.ts';
import type { Store, StoreEngine } from './sql.ts';
import { buildSqlitePath, openSqlite } from './sqlite.ts';
import { checkSqlite, copySqliteSnapshot } from './sqlite-upkeep.ts';
import { runAppend, runTransaction } from './transaction.ts';
import { createTurns } from './turns.ts';

/** Opens the store that the configuration names. Errors: `store_unreachable`, `data_folder_unusable`. */
export async function openStore(config: { readonly database: string; readonly folder: string }): Promise<Store> {
  const { engine, database } = openEngine(config);
  const on = { engine, database, turns: createTurns() };
  const store: Store = {
    engine,
    tables: <Tables>() => database as unknown as Kysely<Tables>,
    afterCommit: (work) => work(),
    transaction: (work) => runTransaction(on, work),
    append: (work) => runAppend(on, work),
    migrate: (migrations) => runMigrations(database, migrations),
    check: async () => (engine === 'sqlite' ? checkSqlite(buildSqlitePath(config.folder)) : []),
    async snapshot(target) {
      if (engine === 'sqlite') return copySqliteSnapshot(buildSqlitePath(config.folder), target);
      const detail =
        'This command does not back up a PostgreSQL store. Stop every server, run pg_dump --format=custom for the database, copy the data folder (lake, objects, journals), and start again. To restore: pg_restore into a new database, put the copied folder in place, start the server with both, and run steelyard verify.';
      throw new AppError('backup_store_unsupported', detail);
    },
    [Symbol.asyncDispose]: () => database.destroy(),
  };
  await probe(store, config.database);
  return store;
}

function openEngine(config: Parameters<typeof openStore>[0]): { engine: StoreEngine; database: Kysely<unknown> } {
  try {
    return config.database === 'sqlite' ? openSqlite(config.folder) : openPostgres(config.database);
  } catch (error) {
    throw createCannotOpen(config.database, error);
  }
}

async function probe(store: Store, database: string): Promise<void> {
  try {
    await store
      .tables<Record<string, never>>()
      .selectNoFrom((eb) => eb.lit(1).as('one'))
      .execute();
  } catch (error) {
    // Closing may fail too after a failed open; the first error is thrown.
    await Promise.allSettled([store[Symbol.asyncDispose]()]);
    throw createCannotOpen(database, error);
  }
}

function createCannotOpen(database: string, cause: unknown): AppError {
  const why = cause instanceof Error ? cause.message : String(cause);
  if (database === 'sqlite') {
    return new AppError(
      'data_folder_unusable',
      `The store in the data folder cannot be opened: ${why}.`,
      {},
      { cause },
    );
  }
  const detail = `The store at ${redactAddress(database)} does not respond: ${why}.`;
  return new AppError('store_unreachable', detail, {}, { cause });
}

function redactAddress(address: string): string {
  return address.replace(/\/\/[^@/]*@/, '//[redacted]@');
}
