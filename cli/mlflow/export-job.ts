import type { Progress } from '../output/progress.ts';
import type { KeyValue } from './messages.ts';
import type { MlflowServer } from './server.ts';

/** Tag of an exported entity with its id on this server; a second export finds the entity by it. */
export const ORIGIN_TAG = 'steelyard.exportedFrom';

/** The tags, with the id here in place of one that an earlier move left. */
export function withOrigin(tags: readonly KeyValue[], id: string): KeyValue[] {
  return [...tags.filter(({ key }) => key !== ORIGIN_TAG), { key: ORIGIN_TAG, value: id }];
}

export interface ExportReport {
  readonly target: string;
  experiments: number;
  readonly runs: { exported: number; known: number };
  readonly loggedModels: { exported: number; known: number };
  readonly registeredModels: { exported: number; versions: number };
  /** Samples sent; those that were there already count too. */
  metrics: number;
  readonly artifacts: { files: number; bytes: number };
  readonly left: { readonly what: string; readonly reason: string }[];
}

export function emptyExport(target: string): ExportReport {
  return {
    target,
    experiments: 0,
    runs: { exported: 0, known: 0 },
    loggedModels: { exported: 0, known: 0 },
    registeredModels: { exported: 0, versions: 0 },
    metrics: 0,
    artifacts: { files: 0, bytes: 0 },
    left: [],
  };
}

/** An experiment here, and the id that it has there. */
export interface WrittenExperiment {
  readonly name: string;
  readonly idHere: string;
  readonly idThere: string;
}

/** A run of the other server, and the logged models that it reads and writes, by their ids here. */
export interface RunWithModels {
  readonly idHere: string;
  readonly idThere: string;
  readonly inputs: readonly { readonly model_id: string }[];
  readonly outputs: readonly { readonly model_id: string; readonly step: number }[];
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
  /** Id there by id here, of every logged model that is there. */
  readonly modelIds: Map<string, string>;
  /** Runs that are linked after the export of the logged models. */
  readonly runsWithModels: RunWithModels[];
}
