import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { compiledCode } from '../../../platform/processes/index.ts';
import { type EstimateAnswer, type EstimateQuestion, estimateWindows } from './estimate-work.ts';

/** Below this many numbers it is done before a thread has started. */
const FEW_NUMBERS = 20_000;

/** Estimates in a thread of its own, so that the event loop stays free; few rows at once. The signal ends it. */
export async function estimateInThread(question: EstimateQuestion, signal: AbortSignal): Promise<EstimateAnswer> {
  const arrays = arraysOf(question);
  if (arrays.reduce((sum, { length }) => sum + length, 0) <= FEW_NUMBERS) return estimateWindows(question);
  // The source is TypeScript in a checkout and JavaScript in a published package; the file's own name tells which.
  const worker = new Worker(new URL(`./estimate-worker${extname(import.meta.url)}`, import.meta.url), {
    env: compiledCode(),
    workerData: question,
    transferList: [...new Set(arrays.map(({ buffer }) => buffer))].filter((buffer) => buffer instanceof ArrayBuffer),
  });
  try {
    const [answer] = await once(worker, 'message', { signal });
    return answer;
  } finally {
    await worker.terminate();
  }
}

function arraysOf(question: EstimateQuestion): readonly Float64Array[] {
  if (question.method === 'dle') return [...question.reference.features, question.reference.error, ...question.rows];
  return [...Object.values(question.reference), ...Object.values(question.rows)];
}
