import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { QueryResult } from 'kysely';
import { AppError } from '../errors/index.ts';
import { buildCompiledCodeEnvironment } from '../processes/index.ts';
import type { ThreadAnswer, ThreadQuestion } from './sqlite-worker.ts';

type NewQuestion = Omit<ThreadQuestion, 'id' | 'claim'>;

/** A question whose answer is due. */
interface Waiting {
  readonly asked: NewQuestion;
  readonly since: number;
  /** Where it may be taken back; see `ThreadQuestion`. */
  claim: number | null;
  resolve(answer: ThreadAnswer): void;
  reject(error: unknown): void;
}

/** States of a claim, as in sqlite-worker.ts, whose module only runs in a worker. The thread that passes a recalled one frees it. */
const FREE = 0;
const OPEN = 1;
const RECALLED = 3;
const CLAIMS = 1024;

/** The main thread's end of one SQLite connection in a worker thread; statements run in the order they are sent. */
export class SqliteThread {
  readonly #worker: Worker;
  readonly #mode: 'read' | 'write';
  readonly #claims: Int32Array;
  readonly #waiting = new Map<number, Waiting>();
  #unsent: ThreadQuestion[] = [];
  #lastId = 0;
  #ended: Error | null = null;

  private constructor(worker: Worker, mode: 'read' | 'write', claims: Int32Array) {
    this.#worker = worker;
    this.#mode = mode;
    this.#claims = claims;
    worker.on('message', (answers: readonly ThreadAnswer[]) => {
      for (const answer of answers) this.#answered(answer);
    });
    worker.on('error', (error) => this.#failed(error));
    worker.on('exit', () => this.#failed(new Error('the SQLite thread ended')));
  }

  static async open(file: string, mode: 'read' | 'write'): Promise<SqliteThread> {
    // The source is TypeScript in a checkout and JavaScript in a published package; the file's own name tells which.
    const program = new URL(`./sqlite-worker${extname(import.meta.url)}`, import.meta.url);
    const claims = new Int32Array(new SharedArrayBuffer(CLAIMS * Int32Array.BYTES_PER_ELEMENT));
    const worker = new Worker(program, { env: buildCompiledCodeEnvironment(), workerData: { file, mode, claims } });
    const thread = new SqliteThread(worker, mode, claims);
    await thread.run('SELECT 1');
    thread.#worker.unref();
    return thread;
  }

  /** Questions whose answers are due. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** How long the oldest of them has waited, in milliseconds; 0 where none does. */
  get longestWaitMs(): number {
    const [oldest] = this.#waiting.values();
    return oldest === undefined ? 0 : performance.now() - oldest.since;
  }

  /** Hands the unstarted queries of this thread over to another one. */
  handOver(other: SqliteThread): void {
    for (const [id, waiting] of [...this.#waiting]) {
      const { claim } = waiting;
      if (claim === null || Atomics.compareExchange(this.#claims, claim, OPEN, RECALLED) !== OPEN) continue;
      this.#forget(id);
      other.#put({ ...waiting, claim: null });
    }
  }

  async query<R>(question: NewQuestion): Promise<QueryResult<R>> {
    const { columns, rows, changes } = await this.#ask(question);
    const named = rows.map((row) => toRowObject(columns, row)) as R[];
    return changes === null ? { rows: named } : { rows: named, numAffectedRows: changes };
  }

  async run(sql: string): Promise<void> {
    await this.#ask({ sql, parameters: [] });
  }

  async close(): Promise<void> {
    if (this.#ended !== null) return;
    const ended = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    this.#worker.ref();
    this.#send();
    this.#worker.postMessage(null);
    await ended;
  }

  #ask(asked: NewQuestion): Promise<Extract<ThreadAnswer, { ok: true }>> {
    return new Promise((resolve, reject) => {
      const answered = (answer: ThreadAnswer) => (answer.ok ? resolve(answer) : reject(storeError(answer)));
      this.#put({ asked, since: performance.now(), claim: null, resolve: answered, reject });
    });
  }

  #put(waiting: Waiting): void {
    // A terminated thread sends no more answers; without this check the caller would wait forever.
    if (this.#ended !== null) {
      waiting.reject(this.#ended);
      return;
    }
    const id = ++this.#lastId;
    // Referenced only while an answer is due, so that an idle store does not keep the process alive.
    if (this.#waiting.size === 0) this.#worker.ref();
    else waiting.claim = this.#newClaim(id);
    this.#waiting.set(id, waiting);
    // A message costs more than most statements, so the questions of one turn of the event loop share one.
    if (this.#unsent.length === 0) process.nextTick(() => this.#send());
    const { asked, claim } = waiting;
    this.#unsent.push(claim === null ? { id, ...asked } : { id, ...asked, claim });
  }

  /** For a read that may have to wait for another one; null where none is free. */
  #newClaim(id: number): number | null {
    const claim = id % CLAIMS;
    if (this.#mode === 'write' || Atomics.load(this.#claims, claim) !== FREE) return null;
    Atomics.store(this.#claims, claim, OPEN);
    return claim;
  }

  #forget(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return undefined;
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker.unref();
    return waiting;
  }

  #send(): void {
    if (this.#unsent.length === 0) return;
    this.#worker.postMessage(this.#unsent);
    this.#unsent = [];
  }

  #answered(answer: ThreadAnswer): void {
    const waiting = this.#forget(answer.id);
    if (waiting === undefined) return;
    if (waiting.claim !== null) Atomics.store(this.#claims, waiting.claim, FREE);
    waiting.resolve(answer);
  }

  #failed(error: Error): void {
    this.#ended ??= error;
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}

function toRowObject(columns: readonly string[], values: readonly unknown[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  columns.forEach((column, at) => {
    row[column] = values[at];
  });
  return row;
}

const SQLITE_FULL = 13;

function storeError(answer: Extract<ThreadAnswer, { ok: false }>): Error {
  if (answer.errorNumber === SQLITE_FULL) {
    return new AppError('storage_full', 'The disk of the store is full. Free space and retry.');
  }
  return new Error(`${answer.message} (SQLite ${answer.errorNumber ?? 'error'})`);
}
