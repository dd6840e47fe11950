import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { buildCompiledCodeEnvironment } from '../../platform/processes/index.ts';
import type { MethodChoice } from '../drift-methods/index.ts';
import { type ColumnQuestion, type ProfiledNumbers, workOn } from './column-work.ts';
import type { RawVectors } from './compare-vectors.ts';
import type { ComparedColumn } from './compared-column.ts';
import type { WorkerAnswer } from './drift-worker.ts';
import type { RawColumn } from './prepare-column.ts';

/** Threads that work on columns, one column a thread at a time. Arrays are handed over and cannot be used here any more. */
export interface Threads extends AsyncDisposable {
  compare(raw: RawColumn | RawVectors, choice: MethodChoice, watched: boolean): Promise<ComparedColumn>;
  /** The known values in order, with their moments. */
  profile(values: Float64Array): Promise<ProfiledNumbers>;
}

interface WaitingQuestion {
  readonly question: ColumnQuestion;
  resolve(answer: WorkerAnswer): void;
  reject(error: unknown): void;
}

/** Below these limits a comparison ends before a thread would start, and does not delay other requests. */
const FEW_ROWS = 500;
const FEW_COLUMNS = 40;

interface ThreadRequirement {
  readonly columns: number;
  readonly rows: number;
  /** Ends the threads; tasks in progress fail with this reason. */
  readonly signal: AbortSignal;
}

/** Starts a thread a core, no more than there are columns, where there is work for them; they end with it. */
export function startThreads({ columns, rows, signal }: ThreadRequirement): Threads {
  signal.throwIfAborted();
  const queue: WaitingQuestion[] = [];
  const count = rows <= FEW_ROWS && columns <= FEW_COLUMNS ? 0 : Math.min(columns, availableParallelism());
  const workers = Array.from({ length: count }, () => createThread(queue));
  const stop = () => {
    for (const worker of workers) worker.stop(signal.reason);
  };
  signal.addEventListener('abort', stop, { once: true });
  const ask = async (question: ColumnQuestion): Promise<WorkerAnswer> => {
    if (count === 0) return workOn(question);
    return new Promise<WorkerAnswer>((resolve, reject) => {
      queue.push({ question, resolve, reject });
      for (const worker of workers) worker.next();
    });
  };
  return {
    compare: async (raw, choice, watched) => {
      const answer = await ask({ kind: 'compare', raw, choice, watched });
      if ('compared' in answer) return answer.compared;
      throw toWorkerFailure(answer);
    },
    profile: async (values) => {
      const answer = await ask({ kind: 'profile', values });
      if ('profiled' in answer) return answer.profiled;
      throw toWorkerFailure(answer);
    },
    [Symbol.asyncDispose]: async () => {
      signal.removeEventListener('abort', stop);
      await Promise.all(workers.map((worker) => worker.end()));
    },
  };
}

function toWorkerFailure(answer: WorkerAnswer): unknown {
  return 'error' in answer ? answer.error : new Error('the thread answered another request');
}

function createThread(queue: WaitingQuestion[]) {
  // The source is TypeScript in a checkout and JavaScript in a published package; the file's own name tells which.
  const worker = new Worker(new URL(`./drift-worker${extname(import.meta.url)}`, import.meta.url), {
    env: buildCompiledCodeEnvironment(),
  });
  let running: WaitingQuestion | null = null;
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
    worker.postMessage(waiting.question, listTransferBuffers(waiting.question));
  };
  const fail = (error: Error) => {
    failure ??= error;
    running?.reject(failure);
    running = null;
    for (const waiting of queue.splice(0)) waiting.reject(failure);
  };
  worker.on('message', (answer: WorkerAnswer) => {
    running?.resolve(answer);
    running = null;
    next();
  });
  worker.on('error', fail);
  worker.on('exit', () => fail(new Error('the thread for column comparisons exited')));
  const stop = (reason: Error) => {
    fail(reason);
    void worker.terminate();
  };
  return { next, stop, end: () => worker.terminate() };
}

function listArrays(raw: RawColumn | RawVectors): Float64Array[] {
  if (raw.kind === 'vectors') return [raw.reference.values, raw.current.values];
  return [raw.reference, raw.current];
}

function listTransferBuffers(question: ColumnQuestion): ArrayBuffer[] {
  const arrays = question.kind === 'profile' ? [question.values] : listArrays(question.raw);
  return arrays.map(({ buffer }) => buffer).filter((buffer) => buffer instanceof ArrayBuffer);
}
