import type { Progress } from '../output/progress.ts';
import type { MlflowServer } from './server.ts';

/** A run that was given to another server carries the id that it has here; a second export finds it by that. */
export const ORIGIN_TAG = 'steelyard.exportedFrom';

export interface ExportReport {
  readonly target: string;
  experiments: number;
  readonly runs: { exported: number; known: number };
  readonly registeredModels: { exported: number; versions: number };
  metrics: number;
  readonly artifacts: { files: number; bytes: number };
  readonly left: { readonly what: string; readonly reason: string }[];
}

export interface ExportPass {
  readonly from: MlflowServer;
  readonly to: MlflowServer;
  /** By name; all when empty. */
  readonly experiments: readonly string[];
  readonly artifacts: boolean;
  readonly progress: Progress;
  readonly report: ExportReport;
  /** Id there by id here, of every run that is there. */
  readonly runIds: Map<string, string>;
}
