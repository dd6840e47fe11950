import { AppError } from '../../platform/errors/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { findExperimentNames } from './experiment-store.ts';
import { toRun } from './run-answer.ts';
import { findRunCosts, unknownCost } from './run-cost/store.ts';
import { findRunInfo, readFullRuns } from './run-store.ts';
import type { Run } from './schema.ts';
import type { FullRun } from './types.ts';

export async function toRunsWithExperiment(sql: Sql, runs: readonly FullRun[]): Promise<Run[]> {
  const names = await findExperimentNames(sql, [...new Set(runs.map((run) => run.info.experimentId))]);
  const costs = await findRunCosts(
    sql,
    runs.map(({ info }) => info.runId),
  );
  return runs.map((run) =>
    toRun(run, names.get(run.info.experimentId) ?? '', costs.get(run.info.runId) ?? unknownCost),
  );
}

export async function findRun(sql: Sql, runId: string): Promise<Run | null> {
  const info = await findRunInfo(sql, runId);
  if (info === null) return null;
  const [run] = await toRunsWithExperiment(sql, await readFullRuns(sql, [info]));
  return run ?? null;
}

export async function readRun(sql: Sql, runId: string): Promise<Run> {
  const run = await findRun(sql, runId);
  if (run === null) throw new AppError('run_not_found', `There is no run "${runId}".`, { runId });
  return run;
}
