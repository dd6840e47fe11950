import { sql as raw } from 'kysely';
import type { Sql } from '../../../platform/store/index.ts';
import { decimal, decimalString, sumDecimals } from '../../../platform/units/index.ts';
import type { FullRun, KeyValue, Metric, RunCostTables, RunInfo, RunMatch, TrackingTables } from '../../runs/index.ts';
import {
  findLatestMetrics,
  runInfo,
  SUBJECT_TAG_PREFIX,
  selectMatchingRuns,
  splitIntoChunks,
} from '../../runs/index.ts';
import { restoreDouble } from '../../wire/index.ts';
import type { RunCostSum } from './schema.ts';
import type { WantedKeys } from './values.ts';

type Tables = TrackingTables & RunCostTables;
const RUNS_A_STATEMENT = 1000;

export async function countMatching(sql: Sql, match: RunMatch): Promise<number> {
  const row = await selectMatchingRuns(sql, match)
    .select((eb) => eb.fn.countAll<number>().as('runs'))
    .executeTakeFirst();
  return Number(row?.runs ?? 0);
}

/** Exact sums by currency: equal totals are counted by the store, and the products are added as decimals. */
export async function sumMatching(sql: Sql, match: RunMatch): Promise<RunCostSum> {
  const rows = await selectMatchingRuns(sql, match)
    .leftJoin(raw<RunCostTables['run_cost']>`run_cost`.as('known'), 'known.run_id', 'run.run_id')
    .select((eb) => ['known.currency', 'known.total_amount', eb.fn.countAll<number>().as('runs')])
    .groupBy(['known.currency', 'known.total_amount'])
    .execute();
  return sumCostGroups(rows);
}

interface CostGroup {
  readonly currency: string | null;
  readonly total_amount: string | null;
  readonly runs: number;
}

/** Groups of runs with one total each -> their sum. Runs without a total are counted and left out. */
export function sumCostGroups(groups: readonly CostGroup[]): RunCostSum {
  const amounts = new Map<string, string[]>();
  let [runs, runsWithoutCost] = [0, 0];
  for (const { currency, total_amount: amount, runs: count } of groups) {
    runs += Number(count);
    if (currency === null || amount === null) runsWithoutCost += Number(count);
    else amounts.set(currency, [...(amounts.get(currency) ?? []), multiplyAmount(amount, Number(count))]);
  }
  const costs = [...amounts].map(([currency, of]) => ({ amount: sumDecimals(of), currency }));
  return { costs: costs.toSorted((a, b) => (a.currency < b.currency ? -1 : 1)), runs, runsWithoutCost };
}

function multiplyAmount(amount: string, count: number): string {
  return decimalString(decimal(amount).times(count));
}

/** Runs with only the values of the wanted keys, in the order given. */
export async function addRunValues(sql: Sql, infos: readonly RunInfo[], keys: WantedKeys | null): Promise<FullRun[]> {
  const runIds = infos.map(({ runId }) => runId);
  const metrics =
    keys === null ? await findLatestMetrics(sql, runIds) : await findMetricsOfKeys(sql, runIds, keys.metrics);
  const params = await findPairs(sql, 'param', runIds, keys?.params ?? null);
  const tags = await findPairs(sql, 'tag', runIds, keys?.tags ?? null);
  return infos.map((info) => ({
    info,
    metrics: metrics.get(info.runId) ?? [],
    params: params.get(info.runId) ?? [],
    tags: tags.get(info.runId) ?? [],
    datasetInputs: [],
    modelInputs: [],
    modelOutputs: [],
  }));
}

async function findMetricsOfKeys(
  sql: Sql,
  runIds: readonly string[],
  keys: readonly string[],
): Promise<Map<string, Metric[]>> {
  const found = new Map<string, Metric[]>();
  if (keys.length === 0) return found;
  for (const ids of splitIntoChunks(runIds, RUNS_A_STATEMENT)) {
    const query = sql.tables<Tables>().selectFrom('latest_metric').selectAll().where('run_id', 'in', ids);
    for (const row of await query.where('key', 'in', keys).orderBy('key').execute()) {
      const { run_id: runId, key, timestamp, step } = row;
      add(found, runId, { key, timestamp, step, value: restoreDouble(row) });
    }
  }
  return found;
}

/** Tags of the owner (`steelyard.…`) are always included, for any keys. */
async function findPairs(
  sql: Sql,
  table: 'param' | 'tag',
  runIds: readonly string[],
  keys: readonly string[] | null,
): Promise<Map<string, KeyValue[]>> {
  const found = new Map<string, KeyValue[]>();
  if (table === 'param' && keys?.length === 0) return found;
  for (const ids of splitIntoChunks(runIds, RUNS_A_STATEMENT)) {
    let query = sql.tables<Tables>().selectFrom(table).selectAll().where('run_id', 'in', ids);
    if (keys !== null) {
      query = query.where((eb) => {
        const wanted = keys.length === 0 ? [] : [eb('key', 'in', keys)];
        return eb.or(table === 'tag' ? [...wanted, eb('key', 'like', `${SUBJECT_TAG_PREFIX}%`)] : wanted);
      });
    }
    for (const { run_id: runId, key, value } of await query.orderBy('key').execute()) add(found, runId, { key, value });
  }
  return found;
}

function add<T>(lists: Map<string, T[]>, runId: string, item: T): void {
  const list = lists.get(runId);
  if (list === undefined) lists.set(runId, [item]);
  else list.push(item);
}

/** Returns the runs that exist, by id. */
export async function findRunInfos(sql: Sql, runIds: readonly string[]): Promise<Map<string, RunInfo>> {
  const query = sql.tables<Tables>().selectFrom('run').selectAll().where('run_id', 'in', runIds);
  return new Map((await query.execute()).map((row) => [row.run_id, runInfo(row)]));
}
