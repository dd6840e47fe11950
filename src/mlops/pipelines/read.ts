import type { Sql } from '../../platform/store/index.ts';
import { buildPlan } from '../pipeline-definition/index.ts';
import { listStepSummaries, listSteps, type StoredRun } from '../pipeline-runs/index.ts';
import type { PipelineRun, PipelineRunSummary } from './schema.ts';
import { toPipelineRun, toRunSummary } from './show.ts';

export async function readPipelineRun(sql: Sql, run: StoredRun): Promise<PipelineRun> {
  const { plan } = buildPlan({ steps: run.spec.steps, params: run.params });
  return toPipelineRun(run, plan?.steps ?? [], await listSteps(sql, run.id));
}

export async function readRunSummaries(sql: Sql, runs: readonly StoredRun[]): Promise<PipelineRunSummary[]> {
  const steps = Map.groupBy(
    await listStepSummaries(
      sql,
      runs.map(({ id }) => id),
    ),
    ({ run }) => run,
  );
  return runs.map((run) => toRunSummary(run, steps.get(run.id) ?? []));
}
