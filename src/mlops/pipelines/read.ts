import type { Sql } from '../../platform/store/index.ts';
import { planOf } from '../pipeline-definition/index.ts';
import { type StoredRun, stepSummaries, stepsOf } from '../pipeline-runs/index.ts';
import type { PipelineRun, PipelineRunSummary } from './schema.ts';
import { shownRun, shownSummary } from './show.ts';

export async function shown(sql: Sql, run: StoredRun): Promise<PipelineRun> {
  const { plan } = planOf({ steps: run.spec.steps, params: run.params });
  return shownRun(run, plan?.steps ?? [], await stepsOf(sql, run.id));
}

export async function shownSummaries(sql: Sql, runs: readonly StoredRun[]): Promise<PipelineRunSummary[]> {
  const steps = Map.groupBy(
    await stepSummaries(
      sql,
      runs.map(({ id }) => id),
    ),
    ({ run }) => run,
  );
  return runs.map((run) => shownSummary(run, steps.get(run.id) ?? []));
}
