import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Config } from '../config/index.ts';
import { AppError } from '../errors/index.ts';
import { runMigrations } from './migrate.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';
import { runTransaction } from './transaction.ts';

export { isConflict } from './conflict.ts';
export { leaseOwner, lockUntilCommit, longestRestMs, withSequence } from './differences.ts';

export type StoreEngine = 'sqlite' | 'postgres';

/** Forward-only steps by name; a name is `<folder>/<number>-<what>` and never changes once released. */
export type Migrations = Readonly<Record<string, Migration>>;

/**
 * Something SQL can be sent to: the store itself, or one transaction of it. A feature asks for its own tables:
 * `sql.tables<BudgetTables>().selectFrom('budget')`.
 */
export interface Sql {
  readonly engine: StoreEngine;
  tables<Tables extends {}>(): Kysely<Tables>;
  /** Calls `work` when this transaction is stored, never when it is rolled back; at once where there is none. */
  afterCommit(work: () => void): void;
}

/** Small mutable facts: one interface, two engines, one test suite (store.test.ts). */
export interface Store extends Sql, AsyncDisposable {
  /**
   * Runs `work` in one transaction: all of it is stored, or, when it throws or one of its statements fails, none.
   * Transactions behave as if they ran one after another; to keep that promise PostgreSQL may have `work` run again, so
   * it does SQL through the `sql` that it gets and leaves other effects to `afterCommit`. Not to be nested: waiting for
   * the store itself in there can wait forever.
   */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Applies the steps that this store has not seen, in order of name. Safe to call from several servers at once. */
  migrate(migrations: Migrations): Promise<void>;
}

/** Opens the store that the configuration names. Errors: `store_unreachable`, `data_folder_unusable`. */
export async function openStore(config: Pick<Config, 'database'> & { readonly folder: string }): Promise<Store> {
  const { engine, database } = openEngine(config);
  const store: Store = {
    engine,
    tables: <Tables>() => database as unknown as Kysely<Tables>,
    afterCommit: (work) => work(),
    transaction: (work) => runTransaction(engine, database, work),
    migrate: (migrations) => runMigrations(database, migrations),
    [Symbol.asyncDispose]: () => database.destroy(),
  };
  await probe(store, config.database);
  return store;
}

function openEngine(config: Parameters<typeof openStore>[0]): { engine: StoreEngine; database: Kysely<unknown> } {
  try {
    return config.database === 'sqlite' ? openSqlite(config.folder) : openPostgres(config.database);
  } catch (error) {
    throw cannotOpen(config.database, error);
  }
}

async function probe(store: Store, database: string): Promise<void> {
  try {
    await store
      .tables<Record<string, never>>()
      .selectNoFrom((eb) => eb.lit(1).as('one'))
      .execute();
  } catch (error) {
    // What failed to open may fail to close; the reason that counts is the first.
    await Promise.allSettled([store[Symbol.asyncDispose]()]);
    throw cannotOpen(database, error);
  }
}

function cannotOpen(database: string, cause: unknown): AppError {
  const why = cause instanceof Error ? cause.message : String(cause);
  if (database === 'sqlite') {
    return new AppError('data_folder_unusable', `The store in the data folder does not open: ${why}.`, {}, { cause });
  }
  const detail = `The store at ${redactAddress(database)} does not answer: ${why}.`;
  return new AppError('store_unreachable', detail, {}, { cause });
}

function redactAddress(address: string): string {
  return address.replace(/\/\/[^@/]*@/, '//[redacted]@');
}
