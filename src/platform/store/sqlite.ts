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
} from 'kysely';
import { createMutex, type Mutex } from './mutex.ts';
import { SqliteThread } from './sqlite-thread.ts';

/**
 * SQLite built into Node, off the event loop: one thread writes, one reads (WAL lets them run side by side). A read
 * outside a transaction sees everything that was acknowledged before it.
 */
export function openSqlite(folder: string): { engine: 'sqlite'; database: Kysely<unknown> } {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'store.db');
  const dialect = {
    createAdapter: () => new TransactionalSqliteAdapter(),
    createDriver: () => new ThreadedSqliteDriver(file),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (database: Kysely<unknown>) => new SqliteIntrospector(database),
  };
  return { engine: 'sqlite', database: new Kysely({ dialect }) };
}

/** Kysely assumes one connection without transactional DDL; neither holds here. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  /** A start that fails half-way leaves no half of its steps, and two starts at once go one after another. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }

  /** Reads go on beside an open transaction. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

class ThreadedSqliteDriver implements Driver {
  readonly #file: string;
  readonly #writing: Mutex = createMutex();
  #writer: SqliteThread | null = null;
  #reader: SqliteThread | null = null;

  constructor(file: string) {
    this.#file = file;
  }

  async init(): Promise<void> {
    // The writer opens first: it creates the file and switches it to WAL before a reader looks.
    this.#writer = await SqliteThread.open(this.#file, 'write');
    this.#reader = await SqliteThread.open(this.#file, 'read');
  }

  async acquireConnection(): Promise<SqliteConnection> {
    if (this.#writer === null || this.#reader === null) throw new Error('the SQLite driver is not initialised');
    return new SqliteConnection(this.#writer, this.#reader, this.#writing);
  }

  beginTransaction(connection: SqliteConnection): Promise<void> {
    return connection.begin();
  }

  commitTransaction(connection: SqliteConnection): Promise<void> {
    return connection.commit();
  }

  rollbackTransaction(connection: SqliteConnection): Promise<void> {
    return connection.rollback();
  }

  async releaseConnection(): Promise<void> {
    // A connection is only a view of the two threads; there is nothing to give back.
  }

  async destroy(): Promise<void> {
    await this.#reader?.close();
    await this.#writer?.close();
  }
}

class SqliteConnection implements DatabaseConnection {
  readonly #writer: SqliteThread;
  readonly #reader: SqliteThread;
  readonly #writing: Mutex;
  #release: (() => void) | null = null;
  #failure: unknown = null;

  constructor(writer: SqliteThread, reader: SqliteThread, writing: Mutex) {
    this.#writer = writer;
    this.#reader = reader;
    this.#writing = writing;
  }

  async begin(): Promise<void> {
    this.#release = await this.#writing.acquire();
    try {
      await this.#writer.run('BEGIN IMMEDIATE', []);
    } catch (error) {
      this.#free();
      throw error;
    }
  }

  async commit(): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    await this.#writer.run('COMMIT', []);
    this.#free();
  }

  /** Kysely rolls back after a commit that failed, too; until then nobody else may begin. */
  async rollback(): Promise<void> {
    try {
      await this.#writer.run('ROLLBACK', []);
    } catch (error) {
      // SQLite ends a transaction by itself when the disk is full; the reason for the rollback is told, not this.
      if (!(error instanceof Error && error.message.includes('no transaction is active'))) throw error;
    } finally {
      this.#free();
    }
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#release !== null) return this.#inTransaction(query);
    if (query.query.kind === 'SelectQueryNode') return this.#reader.query(query.sql, query.parameters);
    const release = await this.#writing.acquire();
    try {
      return await this.#writer.query(query.sql, query.parameters);
    } finally {
      release();
    }
  }

  // biome-ignore lint/correctness/useYield: Kysely's interface asks for a generator; rows are paged by key instead.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('streaming reads are not offered; page by key');
  }

  /** As in PostgreSQL, after a failed statement the transaction takes no other and cannot be committed. */
  async #inTransaction<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#failure !== null) throw this.#failure;
    try {
      return await this.#writer.query<R>(query.sql, query.parameters);
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  #free(): void {
    this.#failure = null;
    this.#release?.();
    this.#release = null;
  }
}
