import type { Mlflow } from './mlflow.ts';
import type { BenchOptions } from './options.ts';

/** Context of every case. */
export interface CaseContext {
  readonly options: BenchOptions;
  /** Scratch folder of this run, removed at its end. */
  readonly folder: string;
  /** Null when there is no mlflow to compare with. */
  readonly mlflow: Mlflow | null;
  report(line: string): void;
}
