import { AppError } from '../../platform/errors/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { experimentNames } from './experiment-store.ts';
import { runOf } from './run-answer.ts';
import { costsOfRuns, unknownCost } from './run-cost/store.ts';
import { findRunInfo, fullRuns } from './run-store.ts';
import type { Run } from './schema.ts';
import type { FullRun } from './types.ts';

export async function runsWithExperiment(sql: Sql, runs: readonly FullRun[]): Promise<Run[]> {
  const names = await experimentNames(sql, [...new Set(runs.map((run) => run.info.experimentId))]);
  const costs = await costsOfRuns(
    sql,
    runs.map(({ info }) => info.runId),
  );
  return runs.map((run) =>
    runOf(run, names.get(run.info.experimentId) ?? '', costs.get(run.info.runId) ?? unknownCost),
  );
}

export async function findRun(sql: Sql, runId: string): Promise<Run | null> {
  const info = await findRunInfo(sql, runId);
  if (info === null) return null;
  const [run] = await runsWithExperiment(sql, await fullRuns(sql, [info]));
  return run ?? null;
}

export async function readRun(sql: Sql, runId: string): Promise<Run> {
  const run = await findRun(sql, runId);
  if (run === null) throw new AppError('run_not_found', `There is no run "${runId}".`, { runId });
  return run;
}
