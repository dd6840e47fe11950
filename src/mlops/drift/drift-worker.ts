import { parentPort } from 'node:worker_threads';
import { type ColumnAnswer, type ColumnQuestion, workOn } from './column-work.ts';

export type WorkerAnswer = ColumnAnswer | { readonly error: unknown };

parentPort?.on('message', (question: ColumnQuestion) => {
  try {
    const answer = workOn(question);
    parentPort?.postMessage(answer, 'profiled' in answer ? [answer.profiled.sorted.buffer] : []);
  } catch (error) {
    parentPort?.postMessage({ error } satisfies WorkerAnswer);
  }
});
