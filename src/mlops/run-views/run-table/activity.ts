import { sql as raw } from 'kysely';
import type { Sql } from '../../../platform/store/index.ts';
import type { RunCostTables, TrackingTables } from '../../runs/index.ts';
import { formatInstant } from '../../runs/index.ts';
import type { ExperimentActivity } from './schema.ts';
import { sumCostGroups } from './store.ts';

type Tables = TrackingTables & RunCostTables;

export interface BestOf {
  readonly metric: string;
  readonly goal: 'highest' | 'lowest';
}

/** Reads the activity of each of these experiments; missing experiments are left out. */
export async function readActivity(
  sql: Sql,
  experimentIds: readonly number[],
  bestOf: BestOf | null,
): Promise<ExperimentActivity[]> {
  const tables = sql.tables<Tables>();
  if (experimentIds.length === 0) return [];
  const known = tables.selectFrom('experiment').select('experiment_id').where('experiment_id', 'in', experimentIds);
  const found = await known.execute();
  const counted = await tables
    .selectFrom('run')
    .select((eb) => ['experiment_id', eb.fn.countAll<number>().as('runs'), eb.fn.max('start_time').as('last')])
    .where('experiment_id', 'in', experimentIds)
    .where('lifecycle_stage', '=', 'active')
    .groupBy('experiment_id')
    .execute();
  const statuses = await readLastStatuses(sql, counted);
  const costs = await readCostGroups(sql, experimentIds);
  const best =
    bestOf === null ? new Map<number, ExperimentActivity['best']>() : await findBestRuns(sql, experimentIds, bestOf);
  return found.map(({ experiment_id: id }) => {
    const of = counted.find((row) => row.experiment_id === id);
    const runs = Number(of?.runs ?? 0);
    const priced = costs.filter((row) => row.experiment_id === id);
    const without = runs - priced.reduce((sum, group) => sum + Number(group.runs), 0);
    return {
      experimentId: String(id),
      runs,
      lastRunAt: of === undefined ? null : formatInstant(Number(of.last)),
      lastStatus: statuses.get(id) ?? null,
      cost: sumCostGroups([...priced, { currency: null, total_amount: null, runs: without }]),
      best: best.get(id) ?? null,
    };
  });
}

/** Status of the run with the newest start of each experiment, by the index of starts. */
async function readLastStatuses(
  sql: Sql,
  newest: readonly { readonly experiment_id: number; readonly last: number | string | bigint }[],
): Promise<ReadonlyMap<number, ExperimentActivity['lastStatus']>> {
  const found = await Promise.all(
    newest.map(({ experiment_id: id, last }) =>
      sql
        .tables<Tables>()
        .selectFrom('run')
        .select(['experiment_id', 'status'])
        .where('experiment_id', '=', id)
        .where('lifecycle_stage', '=', 'active')
        .where('start_time', '=', Number(last))
        .orderBy('run_id')
        .limit(1)
        .execute(),
    ),
  );
  return new Map(found.flat().map(({ experiment_id, status }) => [experiment_id, status]));
}

/** Only runs with a known cost: without prices they are few, which saves the join. */
async function readCostGroups(sql: Sql, experimentIds: readonly number[]) {
  return sql
    .tables<Tables>()
    .selectFrom('run_cost')
    .innerJoin('run', 'run.run_id', 'run_cost.run_id')
    .select((eb) => ['run.experiment_id', 'currency', 'total_amount', eb.fn.countAll<number>().as('runs')])
    .where('run.experiment_id', 'in', experimentIds)
    .where('run.lifecycle_stage', '=', 'active')
    .groupBy(['run.experiment_id', 'currency', 'total_amount'])
    .execute();
}

async function findBestRuns(sql: Sql, experimentIds: readonly number[], { metric, goal }: BestOf) {
  const best = new Map<number, ExperimentActivity['best']>();
  for (const experimentId of experimentIds) {
    const row = await sql
      .tables<Tables>()
      .selectFrom('run')
      .innerJoin('latest_metric', 'latest_metric.run_id', 'run.run_id')
      .select(['latest_metric.value', 'run.run_id', 'run.run_name'])
      .where('run.experiment_id', '=', experimentId)
      .where('run.lifecycle_stage', '=', 'active')
      .where('latest_metric.key', '=', metric)
      .where('latest_metric.is_nan', '=', 0)
      .orderBy('latest_metric.value', goal === 'highest' ? 'desc' : 'asc')
      .orderBy(raw.ref('run.run_id'))
      .limit(1)
      .executeTakeFirst();
    if (row !== undefined) best.set(experimentId, { value: row.value, runId: row.run_id, runName: row.run_name });
  }
  return best;
}

/** Id and name of the active experiments, newest first. */
export async function listActiveExperiments(
  sql: Sql,
  limit: number,
): Promise<{ readonly experimentId: number; readonly name: string }[]> {
  const rows = await sql
    .tables<Tables>()
    .selectFrom('experiment')
    .select(['experiment_id', 'name'])
    .where('lifecycle_stage', '=', 'active')
    .orderBy('experiment_id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ experiment_id: experimentId, name }) => ({ experimentId, name }));
}

/** Latest value of a metric of the run of an experiment that started first and logged it; null: no active run did. */
export async function findFirstValue(sql: Sql, experimentId: number, metric: string): Promise<number | null> {
  const row = await sql
    .tables<Tables>()
    .selectFrom('run')
    .innerJoin('latest_metric', 'latest_metric.run_id', 'run.run_id')
    .select('latest_metric.value')
    .where('run.experiment_id', '=', experimentId)
    .where('run.lifecycle_stage', '=', 'active')
    .where('latest_metric.key', '=', metric)
    .where('latest_metric.is_nan', '=', 0)
    .orderBy('run.start_time')
    .orderBy(raw.ref('run.run_id'))
    .limit(1)
    .executeTakeFirst();
  return row?.value ?? null;
}
