import { parentPort, workerData } from 'node:worker_threads';
import { createDemoClient } from '../../../examples/recommender/demo/client.ts';
import { loadRecorded } from '../../../examples/recommender/demo/recorded/load-recorded.ts';

export interface LoadInput {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly example: string;
}

const { url, headers, folder, example } = workerData as LoadInput;
await loadRecorded(createDemoClient(url, headers), {
  ...{ folder, example, asOf: new Date() },
  report: (step) => parentPort?.postMessage(step),
});
