import { parentPort, workerData } from 'node:worker_threads';
import { createDemoClient } from '../../../examples/recommender/demo/client.ts';
import { loadRecorded } from '../../../examples/recommender/demo/recorded/load-recorded.ts';

export interface LoadInput {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly example: string;
  /** Program of the steps of the pipeline. */
  readonly program: string;
}

const { url, headers, ...input } = workerData as LoadInput;
await loadRecorded(createDemoClient(url, headers), {
  ...{ ...input, asOf: new Date() },
  report: (step) => parentPort?.postMessage(step),
});
