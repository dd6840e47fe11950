import { Worker } from 'node:worker_threads';
import type { AlsOptions, EpochReport } from './implicit-als.ts';
import type { Interactions } from './interactions.ts';
import { type TrainingResult, trainTimed, type WorkerReply } from './timed-training.ts';

/** Trains factorisations, a few at a time, in the order they were asked for. */
export interface TrainingPool extends AsyncDisposable {
  train(options: AlsOptions, onEpoch: (report: EpochReport) => void): Promise<TrainingResult>;
}

interface Job {
  readonly options: AlsOptions;
  readonly onEpoch: (report: EpochReport) => void;
  readonly resolve: (result: TrainingResult) => void;
  readonly reject: (reason: unknown) => void;
}

/** A pool of `workerCount` threads that all hold the interactions; 0 trains in the calling thread. */
export function createTrainingPool(data: Interactions, workerCount: number): TrainingPool {
  if (workerCount === 0) return inlinePool(data);
  const waiting: Job[] = [];
  const idle: Worker[] = [];
  const workers = Array.from({ length: workerCount }, () => new Worker(workerFile(), { workerData: data }));
  const running = new Map<Worker, Job>();
  const assign = (): void => {
    while (idle.length > 0 && waiting.length > 0) {
      const worker = idle.pop();
      const job = waiting.shift();
      if (worker === undefined || job === undefined) return;
      running.set(worker, job);
      worker.postMessage(job.options);
    }
  };
  for (const worker of workers) {
    idle.push(worker);
    worker.on('message', (reply: WorkerReply) => {
      const job = running.get(worker);
      if (reply.kind === 'epoch') return job?.onEpoch(reply.report);
      running.delete(worker);
      job?.resolve(reply.result);
      idle.push(worker);
      assign();
    });
    worker.on('error', (error) => {
      for (const job of [...running.values(), ...waiting.splice(0)]) job.reject(error);
      running.clear();
    });
  }
  return {
    train: (options, onEpoch) =>
      new Promise((resolve, reject) => {
        waiting.push({ options, onEpoch, resolve, reject });
        assign();
      }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function inlinePool(data: Interactions): TrainingPool {
  return {
    train: async (options, onEpoch) => trainTimed(data, options, onEpoch),
    [Symbol.asyncDispose]: async () => {},
  };
}

/** The worker file next to this file: TypeScript in a checkout, JavaScript in a build. */
function workerFile(): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./training-worker.${extension}`, import.meta.url);
}
