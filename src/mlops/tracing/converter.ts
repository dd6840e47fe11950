import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { buildCompiledCodeEnvironment } from '../../platform/processes/index.ts';
import { type Conversion, convertSpans, type OtlpBody } from './convert-spans.ts';
import type { WorkerAnswer } from './convert-worker.ts';

/**
 * Converts OTLP bodies: small ones immediately, large ones one after the other in a worker thread with a separate heap.
 */
export interface Converter extends AsyncDisposable {
  convert(body: OtlpBody): Promise<Conversion>;
}

/** Converting a body of this size takes about 30 ms of the event loop. */
const LARGEST_INLINE_BYTES = 128 * 1024;
/** Bodies that wait for the thread; each has at most 32 MiB. */
const MOST_WAITING = 8;
/** A body that needs more memory ends the worker thread and not the server. */
const HEAP_MIB = 512;

interface WaitingConversion {
  readonly body: OtlpBody;
  resolve(answer: Conversion): void;
  reject(error: unknown): void;
}

export function createConverter(): Converter {
  const queue: WaitingConversion[] = [];
  let running: WaitingConversion | null = null;
  let worker: Worker | null = null;

  function startWorker(): Worker {
    // The source is TypeScript in a checkout and JavaScript in a published package; the extension of this file shows which.
    const started = new Worker(new URL(`./convert-worker${extname(import.meta.url)}`, import.meta.url), {
      env: buildCompiledCodeEnvironment(),
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
    });
    started.on('message', (answer: WorkerAnswer) => {
      if ('error' in answer) running?.reject(answer.error);
      else running?.resolve(answer);
      next();
    });
    started.on('error', (error) => {
      if (worker === started) worker = null;
      if (isOutOfMemory(error)) running?.resolve(TOO_LARGE);
      else running?.reject(error);
      next();
    });
    started.on('exit', () => {
      if (worker !== started) return;
      worker = null;
      running?.reject(new Error('the thread that converts spans exited'));
      next();
    });
    started.unref();
    return started;
  }

  function next(): void {
    running = queue.shift() ?? null;
    if (running === null) {
      worker?.unref();
      return;
    }
    worker ??= startWorker();
    worker.ref();
    const { type, bytes } = running.body;
    // A separate copy, which is transferred to the thread.
    const copy = new Uint8Array(bytes);
    worker.postMessage({ type, bytes: copy } satisfies OtlpBody, [copy.buffer]);
  }

  return {
    async convert(body) {
      if (body.bytes.length <= LARGEST_INLINE_BYTES) return convertSpans(body);
      if (queue.length >= MOST_WAITING) return BUSY;
      return new Promise((resolve, reject) => {
        queue.push({ body, resolve, reject });
        if (running === null) next();
      });
    },
    async [Symbol.asyncDispose]() {
      for (const { resolve } of queue.splice(0)) resolve(BUSY);
      running?.resolve(BUSY);
      running = null;
      const ended = worker;
      worker = null;
      await ended?.terminate();
    },
  };
}

const TOO_LARGE: Conversion = {
  refused: { status: 413, detail: 'The request requires too much memory. Send fewer spans in one request.' },
};
/** Exporters send again after 503. */
const BUSY: Conversion = {
  refused: { status: 503, detail: 'Too many large requests are queued. Retry in a few seconds.' },
};

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}
