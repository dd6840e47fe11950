import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Config } from '../config/index.ts';
import { AppError } from '../errors/index.ts';
import { runMigrations } from './migrate.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';

export { isConflict } from './conflict.ts';

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
}

/** Small mutable facts: one interface, two engines, one test suite (store.test.ts). */
export interface Store extends Sql, AsyncDisposable {
  /** Runs `work` in one transaction: all of it is stored, or, when it throws, none. Not to be nested. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Applies the steps that this store has not seen, in order of name. Safe to call from several servers at once. */
  migrate(migrations: Migrations): Promise<void>;
}

/** Opens the store that the configuration names. Errors: `store_unreachable`, `data_folder_unusable`. */
export async function openStore(config: Pick<Config, 'database'> & { readonly folder: string }): Promise<Store> {
  const { engine, database } = config.database === 'sqlite' ? openSqlite(config.folder) : openPostgres(config.database);
  const store: Store = {
    engine,
    tables: <Tables>() => database as unknown as Kysely<Tables>,
    transaction: (work) =>
      database.transaction().execute((trx) => {
        const tables = <Tables>() => trx as unknown as Kysely<Tables>;
        return work({ engine, tables });
      }),
    migrate: (migrations) => runMigrations(database, migrations),
    [Symbol.asyncDispose]: () => database.destroy(),
  };
  await probe(store, config.database);
  return store;
}

async function probe(store: Store, database: string): Promise<void> {
  try {
    await store
      .tables<Record<string, never>>()
      .selectNoFrom((eb) => eb.lit(1).as('one'))
      .execute();
  } catch (error) {
    await store[Symbol.asyncDispose]();
    const where = database === 'sqlite' ? 'the data folder' : redactAddress(database);
    const code = database === 'sqlite' ? 'data_folder_unusable' : 'store_unreachable';
    throw new AppError(code, `The store in ${where} does not open: ${String(error)}.`, {}, { cause: error });
  }
}

function redactAddress(address: string): string {
  return address.replace(/\/\/[^@/]*@/, '//[redacted]@');
}
