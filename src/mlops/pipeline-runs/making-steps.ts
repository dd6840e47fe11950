import type { Sql } from '../../platform/store/index.ts';
import type { StepState } from './schema.ts';
import { findPipelineRun, findRun, listSteps } from './store.ts';

/** A pipeline run as far as it tells how a model was made. */
export interface MakingSteps {
  /** MLflow run of the pipeline run, the parent of the runs of its steps. */
  readonly mlflowRun: string;
  /** Steps with an MLflow run. That of a reused step (`cached`) belongs to an earlier pipeline run. */
  readonly steps: readonly { readonly step: string; readonly state: StepState; readonly run: string }[];
}

/** Longest chain of resumed pipeline runs that is followed. */
const MOST_RESUMED = 20;

/** The latest pipeline run with a step that has this MLflow run, and the runs that it resumed, latest first; empty without one. */
export async function findMakingSteps(sql: Sql, mlflowRun: string): Promise<MakingSteps[]> {
  const found: MakingSteps[] = [];
  let id = await findPipelineRun(sql, mlflowRun);
  while (id !== null && found.length < MOST_RESUMED) {
    const run = await findRun(sql, id);
    if (run === null) break;
    const steps = (await listSteps(sql, id)).flatMap(({ key, state, mlflowRun: made }) =>
      made === null ? [] : [{ step: key, state, run: made }],
    );
    found.push({ mlflowRun: run.mlflowRun, steps });
    id = run.resumedFrom;
  }
  return found;
}
