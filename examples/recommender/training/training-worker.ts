import { parentPort, workerData } from 'node:worker_threads';
import type { AlsOptions } from './implicit-als.ts';
import type { Interactions } from './interactions.ts';
import { trainTimed, type WorkerReply } from './timed-training.ts';

const port = parentPort;
if (port === null) throw new Error('training-worker.ts runs only as a worker thread of training-pool.ts');
const data = workerData as Interactions; // from createTrainingPool, the only place that starts this file
port.on('message', (options: AlsOptions) => {
  const result = trainTimed(data, options, (report) =>
    port.postMessage({ kind: 'epoch', report } satisfies WorkerReply),
  );
  port.postMessage({ kind: 'done', result } satisfies WorkerReply);
});
