import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export type StoreEngine = 'sqlite' | 'postgres';

/** Forward-only steps by name; a name is `<folder>/<number>-<change>` and never changes once released. */
export type Migrations = Readonly<Record<string, Migration>>;

/**
 * A target for SQL: the store itself, or one transaction of it. A feature names its tables:
 * `sql.tables<BudgetTables>().selectFrom('budget')`.
 */
export interface Sql {
  readonly engine: StoreEngine;
  tables<Tables extends {}>(): Kysely<Tables>;
  /** Calls `work` after this transaction commits, never when it is rolled back; immediately outside a transaction. */
  afterCommit(work: () => void): void;
  /**
   * Runs reads that all see one state of the store: what a transaction writes is in all of them or in none. `work` only reads, and does
   * so through the `sql` that it gets. Within a transaction, its reads are part of that.
   */
  readConsistently<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Reads one state that others may have changed since: nothing can be written through it. */
  readonly isSnapshot: boolean;
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
  /**
   * A transaction for writes in any order: inserts that leave existing rows alone, updates guarded by a
   * comparison. They do not wait for readers of each other's rows (PostgreSQL: READ COMMITTED), and concurrent
   * ones share one disk sync (SQLite). All or nothing, and durable before it resolves, as in `transaction`. `work` is
   * short, only runs SQL, and may be retried; rows that it reads may have changed when it writes.
   */
  append<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /**
   * Runs work while no other caller of this name does, on this server or another one of the store. Callers of one server take turns, first-in,
   * first-out. Not to be nested within itself, nor to be called in a transaction. The lock needs no lease: it ends with the process.
   * `signal` is aborted when the connection that holds the lock is lost: another server may run the same work from then on.
   */
  exclusively<T>(name: string, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Applies the steps that this store has not seen, in order of name. Safe to call from several servers concurrently. */
  migrate(migrations: Migrations): Promise<void>;
  /** Problems with the pages of an SQLite store; empty when there are none. PostgreSQL checks its own pages: always empty. */
  check(): Promise<readonly string[]>;
  /**
   * Writes the state of this instant to a new SQLite file, while others read and write. Error:
   * `backup_store_unsupported` on PostgreSQL.
   */
  snapshot(target: string): Promise<void>;
}
