import type { QueryResult } from 'kysely';
import { SqliteThread } from './sqlite-thread.ts';
import type { ThreadQuestion } from './sqlite-worker.ts';

/** Maximum reader threads. Each has its own cache of at most 16 MB. */
const MOST_READERS = 3;
/** A read that waits this long behind another one moves to another thread. */
const HELD_UP_MS = 20;
/** Below this waiting time of its oldest answer, a thread has no slow read. */
const KEEPS_UP_MS = 5;

/**
 * Threads that read concurrently, so that a slow read blocks no short one. The second and third start when reads first have to wait: most
 * stores, such as those of commands and tests, never need them.
 */
export class SqliteReaders {
  readonly #file: string;
  readonly #threads: SqliteThread[];
  #most = MOST_READERS;
  #starting: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;

  private constructor(file: string, first: SqliteThread) {
    this.#file = file;
    this.#threads = [first];
  }

  static async open(file: string): Promise<SqliteReaders> {
    return new SqliteReaders(file, await SqliteThread.open(file, 'read'));
  }

  /** Threads that have started. */
  get size(): number {
    return this.#threads.length;
  }

  query<R>(question: Omit<ThreadQuestion, 'id'>): Promise<QueryResult<R>> {
    const thread = this.#threadFor();
    const answer = thread.query<R>(question);
    if (thread.waiting > 1) this.#relieveLater();
    return answer;
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#most = 0;
    await this.#starting;
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  /** The first that keeps up: reads that go to one thread together cost less than on several. */
  #threadFor(): SqliteThread {
    const quick = this.#threads.find((one) => one.waiting === 0 || one.longestWaitMs < KEEPS_UP_MS);
    return quick ?? this.#threads.reduce((best, one) => (one.waiting < best.waiting ? one : best));
  }

  #relieveLater(): void {
    this.#timer ??= setTimeout(() => this.#relieve(), HELD_UP_MS).unref();
  }

  #relieve(): void {
    this.#timer = undefined;
    for (const thread of this.#threads) {
      if (thread.waiting < 2 || thread.longestWaitMs < HELD_UP_MS) continue;
      const idle = this.#threads.find(({ waiting }) => waiting === 0);
      if (idle === undefined) this.#startAnother();
      else thread.handOver(idle);
    }
    if (this.#threads.some(({ waiting }) => waiting > 1)) this.#relieveLater();
  }

  #startAnother(): void {
    if (this.#starting !== null || this.#threads.length >= this.#most) return;
    this.#starting = SqliteThread.open(this.#file, 'read').then(
      (thread) => {
        this.#threads.push(thread);
        this.#starting = null;
        this.#relieve();
      },
      () => {
        // Without another thread, for want of memory, reads take turns as before.
        this.#most = this.#threads.length;
        this.#starting = null;
      },
    );
  }
}
