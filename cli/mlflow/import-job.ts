import type { Client } from '../connection/client.ts';
import type { Progress } from '../output/progress.ts';
import type { MlflowServer } from './server.ts';

export interface ImportOptions {
  /** Only these experiments, by name; all when empty. Registered models are taken over with all or none. */
  readonly experiments: readonly string[];
  readonly artifacts: boolean;
  /** Also checks entities that were imported completely before. */
  readonly verify: boolean;
}

/** Context of one pass; `report` grows during it. */
export interface ImportPass {
  readonly from: MlflowServer;
  readonly to: Client;
  /** The MLflow side of the same server. */
  readonly here: MlflowServer;
  readonly options: ImportOptions;
  readonly progress: Progress;
  readonly report: ImportReport;
}

export interface ImportReport {
  readonly source: string;
  readonly experiments: { created: number; known: number; merged: number; renumbered: number };
  readonly runs: { imported: number; unchanged: number };
  readonly loggedModels: { imported: number; unchanged: number };
  readonly traces: { imported: number; unchanged: number };
  readonly registeredModels: { imported: number; unchanged: number };
  /** Samples sent; those that were here already count too. */
  metrics: number;
  readonly artifacts: { files: number; bytes: number };
  /** Entities that could not be imported, with the reason; all others were. */
  readonly left: { readonly what: string; readonly reason: string }[];
}

export function emptyReport(source: string): ImportReport {
  return {
    source,
    experiments: { created: 0, known: 0, merged: 0, renumbered: 0 },
    runs: { imported: 0, unchanged: 0 },
    loggedModels: { imported: 0, unchanged: 0 },
    traces: { imported: 0, unchanged: 0 },
    registeredModels: { imported: 0, unchanged: 0 },
    metrics: 0,
    artifacts: { files: 0, bytes: 0 },
    left: [],
  };
}

/** True when the pass imported any entity. */
export function broughtSomething({ experiments, runs, loggedModels, traces, registeredModels }: ImportReport): boolean {
  const made = experiments.created + experiments.merged + experiments.renumbered;
  return made + runs.imported + loggedModels.imported + traces.imported + registeredModels.imported > 0;
}
