import { sql as raw } from 'kysely';
import type { Sql } from '../../../platform/store/index.ts';
import type { RunCostTables, RunMatch, TrackingTables } from '../../runs/index.ts';
import { selectMatchingRuns } from '../../runs/index.ts';
import type { RunGroup } from './schema.ts';
import { sumCostGroups } from './store.ts';

/** Group key of runs: a param, a tag, or the status. */
export type GroupBy =
  | { readonly entity: 'param' | 'tag'; readonly key: string }
  | { readonly entity: 'status'; readonly key: null };

/** `params.rank` -> the param rank. */
export function parseGroupBy(column: string): GroupBy {
  if (column === 'status') return { entity: 'status', key: null };
  const at = column.indexOf('.');
  return { entity: column.slice(0, at) === 'params' ? 'param' : 'tag', key: column.slice(at + 1) };
}

interface Groups {
  readonly groups: RunGroup[];
  /** Groups beyond those that are answered, and the runs in them. */
  readonly left: { readonly groups: number; readonly runs: number };
}

/** The matching runs by value, the largest group first: number of runs, cost, and statistics of a metric. */
export async function readRunGroups(
  sql: Sql,
  match: RunMatch,
  { by, metric, most }: { readonly by: GroupBy; readonly metric: string | undefined; readonly most: number },
): Promise<Groups> {
  const costs = Map.groupBy(await readCostGroups(sql, match, by), ({ value }) => value);
  const measured = new Map(
    metric === undefined ? [] : (await readMetricGroups(sql, match, by, metric)).map((row) => [row.value, row]),
  );
  const all = [...costs].map(([value, of]): RunGroup => {
    const cost = sumCostGroups(of);
    const row = measured.get(value);
    const figures = row === undefined ? null : toGroupMetric(row);
    return { value, runs: cost.runs, cost, metric: figures };
  });
  const sorted = all.toSorted((a, b) => b.runs - a.runs || (a.value ?? '').localeCompare(b.value ?? '', 'en'));
  const rest = sorted.slice(most);
  return {
    groups: sorted.slice(0, most),
    left: { groups: rest.length, runs: rest.reduce((sum, { runs }) => sum + runs, 0) },
  };
}

function toGroupMetric(row: {
  runs: number;
  least: number;
  greatest: number;
  mean: number;
}): NonNullable<RunGroup['metric']> {
  return { runs: Number(row.runs), least: Number(row.least), greatest: Number(row.greatest), mean: Number(row.mean) };
}

function selectGroupValues(sql: Sql, match: RunMatch, by: GroupBy) {
  const table = by.entity === 'tag' ? raw<TrackingTables['tag']>`tag` : raw<TrackingTables['param']>`param`;
  return selectMatchingRuns(sql, match).leftJoin(table.as('given'), (join) =>
    join.onRef('given.run_id', '=', 'run.run_id').on('given.key', '=', by.key ?? ''),
  );
}

function buildGroupValue(by: GroupBy) {
  return by.entity === 'status' ? raw<string | null>`run.status` : raw<string | null>`given.value`;
}

async function readCostGroups(sql: Sql, match: RunMatch, by: GroupBy) {
  const value = buildGroupValue(by);
  return selectGroupValues(sql, match, by)
    .leftJoin(raw<RunCostTables['run_cost']>`run_cost`.as('known'), 'known.run_id', 'run.run_id')
    .select((eb) => [value.as('value'), 'known.currency', 'known.total_amount', eb.fn.countAll<number>().as('runs')])
    .groupBy([value, 'known.currency', 'known.total_amount'])
    .execute();
}

/** Statistics over the runs with a number as latest value. */
async function readMetricGroups(sql: Sql, match: RunMatch, by: GroupBy, metric: string) {
  const value = buildGroupValue(by);
  return selectGroupValues(sql, match, by)
    .innerJoin('latest_metric', 'latest_metric.run_id', 'run.run_id')
    .where('latest_metric.key', '=', metric)
    .where('latest_metric.is_nan', '=', 0)
    .select((eb) => [
      value.as('value'),
      eb.fn.countAll<number>().as('runs'),
      eb.fn.min('latest_metric.value').as('least'),
      eb.fn.max('latest_metric.value').as('greatest'),
      eb.fn.avg<number>('latest_metric.value').as('mean'),
    ])
    .groupBy(value)
    .execute();
}
