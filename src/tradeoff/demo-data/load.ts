import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { buildCompiledCodeEnvironment } from '../../platform/processes/index.ts';
import type { LoadInput } from './demo-load-worker.ts';

export interface LoadOptions {
  readonly url: string;
  /** Headers that authorize the requests of the load. */
  readonly headers: Readonly<Record<string, string>>;
  readonly onStep: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Loads the demo data through the public API of the server at `url`, in a separate thread. */
export async function loadInThread({ url, headers, onStep, signal }: LoadOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'steelyard-demo-'));
  const program = fileURLToPath(new URL(`./demo-step-worker${extname(import.meta.url)}`, import.meta.url));
  const workerData: LoadInput = { url, headers, folder, program, example: findExample() };
  const worker = new Worker(new URL(`./demo-load-worker${extname(import.meta.url)}`, import.meta.url), {
    env: buildCompiledCodeEnvironment(),
    workerData,
  });
  worker.on('message', (text: string) => onStep(text));
  try {
    // A failure in the thread rejects.
    await once(worker, 'exit', { signal });
  } finally {
    await worker.terminate();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The example next to the sources in a checkout, next to `dist` in a package. */
function findExample(): string {
  const up = import.meta.filename.endsWith('.ts') ? '../../..' : '../..';
  return resolve(fileURLToPath(new URL('.', import.meta.url)), up, 'examples/recommender');
}
