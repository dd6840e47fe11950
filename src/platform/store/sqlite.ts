import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type TransactionSettings,
} from 'kysely';
import { SqliteReaders } from './sqlite-readers.ts';
import { SqliteThread } from './sqlite-thread.ts';
import { type SqliteTransaction, SqliteWrites } from './sqlite-writes.ts';

/**
 * SQLite built into Node, off the event loop: one thread writes, up to three read (WAL lets them run side by side). A read
 * outside a transaction sees everything that was acknowledged before it.
 */
export function openSqlite(folder: string): { engine: 'sqlite'; database: Kysely<unknown> } {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = buildSqlitePath(folder);
  const dialect = {
    createAdapter: () => new TransactionalSqliteAdapter(),
    createDriver: () => new ThreadedSqliteDriver(file),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (database: Kysely<unknown>) => new SqliteIntrospector(database),
  };
  return { engine: 'sqlite', database: new Kysely({ dialect }) };
}

/** The database of a data folder. */
export function buildSqlitePath(folder: string): string {
  return join(folder, 'store.db');
}

/** Kysely assumes one connection without transactional DDL; neither holds here. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  /** A start that fails half-way applies none of its steps, and two concurrent starts run one after the other. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }

  /** Reads continue during an open transaction. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

class ThreadedSqliteDriver implements Driver {
  readonly #file: string;
  #writes: SqliteWrites | null = null;
  #writer: SqliteThread | null = null;
  #readers: SqliteReaders | null = null;

  constructor(file: string) {
    this.#file = file;
  }

  async init(): Promise<void> {
    // The writer opens first: it creates the file and switches it to WAL before a reader looks.
    this.#writer = await SqliteThread.open(this.#file, 'write');
    this.#writes = new SqliteWrites(this.#writer);
    this.#readers = await SqliteReaders.open(this.#file);
  }

  async acquireConnection(): Promise<SqliteConnection> {
    if (this.#writes === null || this.#readers === null) throw new Error('the SQLite driver is not initialised');
    return new SqliteConnection(this.#writes, this.#readers);
  }

  /** A transaction that may run concurrently at READ COMMITTED may also share a commit with others. */
  beginTransaction(connection: SqliteConnection, { isolationLevel }: TransactionSettings): Promise<void> {
    return connection.begin(isolationLevel === 'read committed');
  }

  commitTransaction(connection: SqliteConnection): Promise<void> {
    return connection.commit();
  }

  rollbackTransaction(connection: SqliteConnection): Promise<void> {
    return connection.rollback();
  }

  async releaseConnection(): Promise<void> {
    // A connection is only a view of the threads; there is nothing to release.
  }

  async destroy(): Promise<void> {
    await this.#readers?.close();
    await this.#writer?.close();
  }
}

class SqliteConnection implements DatabaseConnection {
  readonly #writes: SqliteWrites;
  readonly #readers: SqliteReaders;
  #transaction: SqliteTransaction | null = null;

  constructor(writes: SqliteWrites, readers: SqliteReaders) {
    this.#writes = writes;
    this.#readers = readers;
  }

  async begin(shared: boolean): Promise<void> {
    this.#transaction = await this.#writes.begin(shared);
  }

  async commit(): Promise<void> {
    await this.#transaction?.commit();
    this.#transaction = null;
  }

  /** Kysely also rolls back after a failed commit; no other transaction may begin before that. */
  async rollback(): Promise<void> {
    await this.#transaction?.rollback();
    this.#transaction = null;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#transaction !== null) return this.#transaction.query(query);
    if (query.query.kind !== 'SelectQueryNode') return this.#writes.single(query);
    return this.#readers.query({ sql: query.sql, parameters: query.parameters });
  }

  // biome-ignore lint/correctness/useYield: Kysely's interface asks for a generator; rows are paged by key instead.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('streaming reads are not offered; page by key');
  }
}
