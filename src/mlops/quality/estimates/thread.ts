import { once } from 'node:events';
import { extname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { buildCompiledCodeEnvironment } from '../../../platform/processes/index.ts';
import { type CbpeMetric, estimateByConfidence } from './cbpe.ts';
import {
  type ConfidenceQuestion,
  doWork,
  splitIntoWindows,
  type WorkInput,
  type WorkKind,
  type WorkOutput,
} from './estimate-work.ts';
import type { Figure } from './figure.ts';

/** Below this many numbers a model is learned before a thread has started. */
const FEW_NUMBERS = 20_000;
/** Below this many numbers all windows are estimated before a thread has started: some 50 ms of work. */
const FEW_ESTIMATED = 600_000;

/**
 * Runs work in a separate thread so that the event loop stays free. A small amount of work runs immediately in the calling
 * thread. The signal ends it.
 */
export async function workInThread<K extends WorkKind>(
  kind: K,
  input: WorkInput<K>,
  signal: AbortSignal,
): Promise<WorkOutput<K>> {
  if (countNumbers(input) <= FEW_NUMBERS) return doWork(kind, input);
  return startThread(kind, input, signal);
}

/** Estimates windows by confidence: in a thread where that is much work, else here, window by window. */
export async function estimateConfidence(
  question: ConfidenceQuestion,
  signal: AbortSignal,
): Promise<Record<CbpeMetric, Figure>[]> {
  const { cbpe, rows, starts } = question;
  if (countNumbers(rows) > FEW_ESTIMATED) return startThread('estimateByConfidence', question, signal);
  const figures: Record<CbpeMetric, Figure>[] = [];
  for (const window of splitIntoWindows(rows, starts)) {
    figures.push(estimateByConfidence(cbpe, window));
    if (figures.length % WINDOWS_AT_ONCE === 0) await setImmediate();
  }
  return figures;
}

const WINDOWS_AT_ONCE = 20;

async function startThread<K extends WorkKind>(
  kind: K,
  input: WorkInput<K>,
  signal: AbortSignal,
): Promise<WorkOutput<K>> {
  // The source is TypeScript in a checkout and JavaScript in a published package; the file's own name tells which.
  const worker = new Worker(new URL(`./estimate-worker${extname(import.meta.url)}`, import.meta.url), {
    env: buildCompiledCodeEnvironment(),
    workerData: { kind, input },
  });
  try {
    const [answer] = await once(worker, 'message', { signal });
    return answer;
  } finally {
    await worker.terminate();
  }
}

/** Numbers in the arrays of a value, at any depth. */
function countNumbers(value: unknown): number {
  if (value instanceof Float64Array) return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum: number, part) => sum + countNumbers(part), 0);
}
