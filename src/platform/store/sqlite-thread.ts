import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { QueryResult } from 'kysely';
import { AppError } from '../errors/index.ts';
import { compiledCode } from '../processes/index.ts';
import type { ThreadAnswer, ThreadQuestion } from './sqlite-worker.ts';

interface Waiting {
  resolve(answer: ThreadAnswer): void;
  reject(error: unknown): void;
}

/** The main thread's end of one SQLite connection in a worker thread; statements run in the order they are sent. */
export class SqliteThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #unsent: ThreadQuestion[] = [];
  #lastId = 0;
  #ended: Error | null = null;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (answers: readonly ThreadAnswer[]) => {
      for (const answer of answers) this.#answered(answer);
    });
    worker.on('error', (error) => this.#failed(error));
    worker.on('exit', () => this.#failed(new Error('the SQLite thread ended')));
  }

  static async open(file: string, mode: 'read' | 'write'): Promise<SqliteThread> {
    // The source is TypeScript in a checkout and JavaScript in a published package; the file's own name tells which.
    const program = new URL(`./sqlite-worker${extname(import.meta.url)}`, import.meta.url);
    const thread = new SqliteThread(new Worker(program, { env: compiledCode(), workerData: { file, mode } }));
    await thread.run('SELECT 1');
    thread.#worker.unref();
    return thread;
  }

  async query<R>(question: Omit<ThreadQuestion, 'id'>): Promise<QueryResult<R>> {
    const { columns, rows, changes } = await this.#ask(question);
    const named = rows.map((row) => rowOf(columns, row)) as R[];
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

  #ask(question: Omit<ThreadQuestion, 'id'>): Promise<Extract<ThreadAnswer, { ok: true }>> {
    // A thread that is gone answers nothing more; without this the caller would wait forever.
    if (this.#ended !== null) return Promise.reject(this.#ended);
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      // Referenced only while an answer is due, so that an idle store does not keep the process alive.
      if (this.#waiting.size === 0) this.#worker.ref();
      this.#waiting.set(id, {
        resolve: (answer) => (answer.ok ? resolve(answer) : reject(storeError(answer))),
        reject,
      });
      // A message costs more than most statements: what is asked in one turn of the event loop goes as one.
      if (this.#unsent.length === 0) process.nextTick(() => this.#send());
      this.#unsent.push({ id, ...question });
    });
  }

  #send(): void {
    if (this.#unsent.length === 0) return;
    this.#worker.postMessage(this.#unsent);
    this.#unsent = [];
  }

  #answered(answer: ThreadAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    waiting?.resolve(answer);
  }

  #failed(error: Error): void {
    this.#ended ??= error;
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}

function rowOf(columns: readonly string[], values: readonly unknown[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  columns.forEach((column, at) => {
    row[column] = values[at];
  });
  return row;
}

const SQLITE_FULL = 13;

function storeError(answer: Extract<ThreadAnswer, { ok: false }>): Error {
  if (answer.errorNumber === SQLITE_FULL) {
    return new AppError('storage_full', 'The disk that holds the store is full. Free space and try again.');
  }
  return new Error(`${answer.message} (SQLite ${answer.errorNumber ?? 'error'})`);
}
