import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { MethodChoice } from './compare-column.ts';
import type { ComparedColumn } from './compared-column.ts';
import type { WorkerAnswer, WorkerQuestion } from './drift-worker.ts';
import type { RawColumn } from './prepare-column.ts';

/** Threads that compare columns, one column a thread at a time. */
export interface Threads extends AsyncDisposable {
  /** The arrays of the column are handed over and cannot be used here any more. */
  compare(raw: RawColumn, choice: MethodChoice): Promise<ComparedColumn>;
}

interface Waiting {
  readonly question: Omit<WorkerQuestion, 'id'>;
  resolve(compared: ComparedColumn): void;
  reject(error: unknown): void;
}

/** Starts a thread a core, no more than there are columns; they end with the comparison. */
export function startThreads(columns: number): Threads {
  const queue: Waiting[] = [];
  const workers = Array.from({ length: Math.min(columns, availableParallelism()) }, () => createThread(queue));
  return {
    compare: (raw, choice) =>
      new Promise((resolve, reject) => {
        queue.push({ question: { raw, choice }, resolve, reject });
        for (const worker of workers) worker.next();
      }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(workers.map((worker) => worker.end()));
    },
  };
}

function createThread(queue: Waiting[]) {
  // The source is TypeScript in a checkout and JavaScript in a published package; the file's own name tells which.
  const worker = new Worker(new URL(`./drift-worker${extname(import.meta.url)}`, import.meta.url));
  let running: Waiting | null = null;
  let failure: Error | null = null;
  const next = () => {
    if (running !== null) return;
    const waiting = queue.shift();
    if (waiting === undefined) return;
    if (failure !== null) {
      waiting.reject(failure);
      return;
    }
    running = waiting;
    const { raw } = waiting.question;
    worker.postMessage({ id: 0, ...waiting.question } satisfies WorkerQuestion, transferable(raw));
  };
  const fail = (error: Error) => {
    failure ??= error;
    running?.reject(failure);
    running = null;
    for (const waiting of queue.splice(0)) waiting.reject(failure);
  };
  worker.on('message', (answer: WorkerAnswer) => {
    if ('compared' in answer) running?.resolve(answer.compared);
    else running?.reject(answer.error);
    running = null;
    next();
  });
  worker.on('error', fail);
  worker.on('exit', () => fail(new Error('the thread that compares columns ended')));
  return { next, end: () => worker.terminate() };
}

function transferable({ reference, current }: RawColumn): ArrayBuffer[] {
  return [reference.buffer, current.buffer].filter((buffer) => buffer instanceof ArrayBuffer);
}
