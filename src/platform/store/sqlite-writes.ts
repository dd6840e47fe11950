import type { CompiledQuery, QueryResult } from 'kysely';
import { toBindings } from './each-row.ts';
import type { SqliteThread } from './sqlite-thread.ts';

/** The shared commit of a transaction failed: nothing of it is stored, and it may be retried alone. */
export class SharedCommitLost extends Error {
  constructor(cause: unknown) {
    super('the shared commit failed', { cause });
    this.name = 'SharedCommitLost';
  }
}

interface Turn {
  readonly shared: boolean;
  begin(): void;
}

/** Transactions that wait for one commit; each ends in its own savepoint. */
interface Group {
  readonly committed: Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
  size: number;
}

/** No acknowledgement waits for more than this many others. */
const LARGEST_GROUP = 64;
const SAVEPOINT = 'SAVEPOINT transaction_of_group';
const RELEASE = 'RELEASE transaction_of_group';
const UNDO = 'ROLLBACK TO transaction_of_group';

/**
 * Queue for the single write connection: first come, first served. Transactions that allow it share a commit (and its
 * disk sync) with those that queued in the meantime; each runs in a savepoint, so that a failing one rolls back
 * alone, and each is acknowledged after the commit.
 */
export class SqliteWrites {
  readonly #thread: SqliteThread;
  readonly #waiting: Turn[] = [];
  #taken = false;
  #group: Group | null = null;

  constructor(thread: SqliteThread) {
    this.#thread = thread;
  }

  /** Runs one statement outside a transaction. */
  async single<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    await this.#turn(false);
    try {
      return await this.#thread.query<R>({ sql: query.sql, ...toBindings(query.parameters) });
    } finally {
      this.#pass();
    }
  }

  /** Waits for the turn of this transaction. Its BEGIN goes to the thread with its first statement. */
  async begin(shared: boolean): Promise<SqliteTransaction> {
    await this.#turn(shared);
    const begun: Promise<void>[] = [];
    if (this.#group === null) {
      this.#group = createGroup();
      begun.push(this.#thread.run('BEGIN IMMEDIATE'));
    }
    if (shared) begun.push(this.#thread.run(SAVEPOINT));
    const opening = Promise.all(begun).then(() => undefined);
    opening.catch(() => undefined);
    const group = this.#group;
    return new SqliteTransaction(this.#thread, {
      begun: () => opening,
      commit: () => this.#commit(group, shared),
      rollback: () => this.#rollback(group, shared),
    });
  }

  #turn(shared: boolean): Promise<void> {
    if (!this.#taken) {
      this.#taken = true;
      return Promise.resolve();
    }
    return new Promise((begin) => this.#waiting.push({ shared, begin }));
  }

  #pass(): void {
    const next = this.#waiting.shift();
    this.#taken = next !== undefined;
    next?.begin();
  }

  /** Passes the turn on when it resolves; keeps it for the rollback when it rejects with the error of the commit. */
  async #commit(group: Group, shared: boolean): Promise<void> {
    if (shared && this.#joinable(group)) {
      group.size += 1;
      this.#thread.run(RELEASE).catch(() => undefined);
      this.#pass();
      return group.committed;
    }
    try {
      await this.#thread.run('COMMIT');
    } catch (error) {
      throw group.size === 0 ? error : new SharedCommitLost(error);
    }
    this.#end(group);
    group.resolve();
  }

  #joinable(group: Group): boolean {
    return group.size < LARGEST_GROUP && this.#waiting[0]?.shared === true;
  }

  async #rollback(group: Group, shared: boolean): Promise<void> {
    if (group !== this.#group) return;
    if (shared && group.size > 0 && (await this.#undoOne())) return this.#commitOthers(group);
    try {
      await this.#thread.run('ROLLBACK');
    } catch (error) {
      // SQLite rolls back on its own when the disk is full; the caller gets the reason for the rollback, not this error.
      if (!(error instanceof Error && error.message.includes('no transaction is active'))) throw error;
    } finally {
      this.#end(group);
      group.reject(new SharedCommitLost(undefined));
    }
  }

  /** False when the whole transaction was rolled back, including the work of the other members. */
  async #undoOne(): Promise<boolean> {
    try {
      await Promise.all([this.#thread.run(UNDO), this.#thread.run(RELEASE)]);
      return true;
    } catch {
      return false;
    }
  }

  async #commitOthers(group: Group): Promise<void> {
    if (this.#joinable(group)) return this.#pass();
    try {
      await this.#thread.run('COMMIT');
      group.resolve();
    } catch (error) {
      await this.#thread.run('ROLLBACK').catch(() => undefined);
      group.reject(new SharedCommitLost(error));
    }
    this.#end(group);
  }

  #end(group: Group): void {
    if (this.#group !== group) return;
    this.#group = null;
    this.#pass();
  }
}

interface Steps {
  begun(): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** One transaction on the connection that writes, from its turn to its commit or rollback. */
export class SqliteTransaction {
  readonly #thread: SqliteThread;
  readonly #steps: Steps;
  #sent: Promise<unknown> = Promise.resolve();
  #failure: unknown = null;

  constructor(thread: SqliteThread, steps: Steps) {
    this.#thread = thread;
    this.#steps = steps;
  }

  /** As in PostgreSQL, after a failed statement the transaction takes no other and cannot be committed. */
  async query<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#failure !== null) throw this.#failure;
    const asked = this.#thread.query<R>({ sql, inTransaction: true, ...toBindings(parameters) });
    this.#sent = asked.catch((error: unknown) => {
      this.#failure ??= error;
    });
    return asked;
  }

  async commit(): Promise<void> {
    await this.#steps.begun();
    await this.#sent;
    if (this.#failure !== null) throw this.#failure;
    await this.#steps.commit();
  }

  rollback(): Promise<void> {
    return this.#steps.rollback();
  }
}

function createGroup(): Group {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Each member awaits it; without members the rejection has no handler.
  promise.catch(() => undefined);
  return { committed: promise, resolve, reject, size: 0 };
}
