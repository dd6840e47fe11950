import { parentPort } from 'node:worker_threads';
import { compareColumn, type MethodChoice } from './compare-column.ts';
import { type ComparedColumn, summaryOf } from './compared-column.ts';
import { prepareColumn, type RawColumn } from './prepare-column.ts';

/** One column to compare, in another thread. */
export interface WorkerQuestion {
  readonly id: number;
  readonly raw: RawColumn;
  readonly choice: MethodChoice;
}

export type WorkerAnswer =
  | { readonly id: number; readonly compared: ComparedColumn }
  | { readonly id: number; readonly error: unknown };

parentPort?.on('message', ({ id, raw, choice }: WorkerQuestion) => {
  try {
    const column = prepareColumn(raw);
    const compared = { ...summaryOf(column), verdict: compareColumn(column, choice) };
    parentPort?.postMessage({ id, compared } satisfies WorkerAnswer);
  } catch (error) {
    parentPort?.postMessage({ id, error } satisfies WorkerAnswer);
  }
});
