import { parentPort } from 'node:worker_threads';
import { type Conversion, convertSpans, type OtlpBody } from './convert-spans.ts';

export type WorkerAnswer = Conversion | { readonly error: unknown };

parentPort?.on('message', (body: OtlpBody) => {
  let answer: WorkerAnswer;
  try {
    answer = convertSpans(body);
  } catch (error) {
    answer = { error };
  }
  parentPort?.postMessage(answer);
});
