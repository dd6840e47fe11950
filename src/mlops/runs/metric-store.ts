import { type RawBuilder, sql as raw } from 'kysely';
import { awaitAll } from '../../platform/concurrency/index.ts';
import { insertRows, type Sql, type Store } from '../../platform/store/index.ts';
import {
  buildAfterCondition,
  type KeysetPosition,
  orderList,
  restoreDouble,
  type SortStep,
  toStoredDouble,
} from '../wire/index.ts';
import { splitIntoChunks } from './key-value-store.ts';
import type { TrackingTables } from './tables.ts';
import type { Metric, MetricInput } from './types.ts';

type Sample = Omit<TrackingTables['metric'], 'block'>;

/**
 * Samples of this many consecutive steps are stored together: one step of a training then writes to a few pages,
 * whereas a layout by metric history would write to one page per metric. The number is part of every key and must never
 * change.
 */
const STEPS_A_BLOCK = 8;

/** Stores samples and moves the latest of each key. A sample that is there already changes nothing. */
export async function insertMetrics(sql: Sql, runId: string, metrics: readonly Metric[]): Promise<void> {
  const samples = metrics.map((metric) => toSample(runId, metric));
  await awaitAll([
    insertRows(sql, {
      table: 'metric',
      columns: { ...SAMPLE, block: 'bigint' },
      rows: samples.map((sample) => [...toValues(sample), Math.floor(sample.step / STEPS_A_BLOCK)]),
      onConflict: 'on conflict do nothing',
    }),
    insertRows(sql, {
      table: 'latest_metric',
      columns: SAMPLE,
      rows: selectNewestOfEach(samples).map(toValues),
      onConflict: MOVE_LATEST,
    }),
  ]);
}

const SAMPLE = {
  run_id: 'text',
  key: 'text',
  timestamp: 'bigint',
  step: 'bigint',
  value: 'double precision',
  is_nan: 'integer',
} as const;

/** The latest sample is the greatest by (step, timestamp, value), in any order of arrival; NaN is stored as 0 and sorts below it. */
const MOVE_LATEST = `on conflict (run_id, key) do update set
  timestamp = excluded.timestamp, step = excluded.step, value = excluded.value, is_nan = excluded.is_nan, rests = 0
  where (excluded.step, excluded.timestamp, excluded.value, -excluded.is_nan) >
    (latest_metric.step, latest_metric.timestamp, latest_metric.value, -latest_metric.is_nan)`;

function toSample(runId: string, { key, timestamp, step, value: number }: Metric): Sample {
  const { value, isNan } = toStoredDouble(number);
  return { run_id: runId, key, timestamp, step, value, is_nan: isNan };
}

function toValues({ run_id, key, timestamp, step, value, is_nan }: Sample): (string | number)[] {
  return [run_id, key, timestamp, step, value, is_nan];
}

/** Sorted by key, so that two writers never deadlock. */
function selectNewestOfEach(samples: readonly Sample[]): Sample[] {
  const newest = new Map<string, Sample>();
  for (const sample of samples) {
    const known = newest.get(sample.key);
    if (known === undefined || isNewer(sample, known)) newest.set(sample.key, sample);
  }
  return [...newest.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

function isNewer(a: Sample, b: Sample): boolean {
  if (a.step !== b.step) return a.step > b.step;
  if (a.timestamp !== b.timestamp) return a.timestamp > b.timestamp;
  return a.value !== b.value ? a.value > b.value : a.is_nan < b.is_nan;
}

/** Runs of which some latest metric has changed since it entered the index by value. */
export async function listRunsWithMovingMetrics(sql: Sql): Promise<string[]> {
  const query = sql.tables<TrackingTables>().selectFrom('latest_metric').select('run_id').distinct();
  const rows = await query.where(raw<boolean>`rests = 0`).execute();
  return rows.map((row) => row.run_id);
}

/** A few runs per transaction, so that clients that log do not wait long. */
const RUNS_SETTLED_AT_ONCE = 50;

export async function settleMetrics(store: Store, runIds: readonly string[]): Promise<void> {
  for (const ids of splitIntoChunks(runIds, RUNS_SETTLED_AT_ONCE)) {
    await store.append(async (sql) => {
      const update = sql.tables<TrackingTables>().updateTable('latest_metric').set({ rests: 1 });
      await update.where('run_id', 'in', ids).where(raw<boolean>`rests = 0`).execute();
    });
  }
}

export async function insertModelMetrics(sql: Sql, runId: string, metrics: readonly MetricInput[]): Promise<void> {
  const rows = metrics.flatMap((metric) =>
    metric.modelId === null
      ? []
      : [
          {
            ...toSample(runId, metric),
            model_id: metric.modelId,
            dataset_name: metric.datasetName ?? '',
            dataset_digest: metric.datasetDigest ?? '',
          },
        ],
  );
  for (const part of splitIntoChunks(rows)) {
    await sql
      .tables<TrackingTables>()
      .insertInto('logged_model_metric')
      .values(part)
      .onConflict((of) => of.doNothing())
      .execute();
  }
}

/**
 * All samples of some metrics (null: of all) of some runs, to be narrowed further: each run's blocks, found one from the
 * other, and the metrics' places in each.
 */
export function selectSamples(sql: Sql, runIds: readonly string[], keys: readonly string[] | null) {
  return (
    sql
      .tables<TrackingTables>()
      .withRecursive(
        'wanted(owner)',
        () => raw<{ owner: string }>`(values ${raw.join(runIds.map((id) => raw`(${id})`))})`,
      )
      .withRecursive('run_block(owner, number)', (tables) =>
        tables
          .selectFrom('wanted')
          .select('wanted.owner')
          .select(selectFirstBlock(raw`wanted.owner`, raw`true`).as('number'))
          .unionAll(
            tables
              .selectFrom('run_block')
              .select('run_block.owner')
              .select(selectFirstBlock(raw`run_block.owner`, raw`metric.block > run_block.number`).as('number'))
              .where('run_block.number', 'is not', null),
          ),
      )
      .selectFrom('run_block')
      // In this order for SQLite, which keeps it; PostgreSQL's planner finds the order without it.
      .crossJoin('metric')
      .select(['metric.run_id', 'metric.key', 'metric.timestamp', 'metric.step', 'metric.value', 'metric.is_nan'])
      .whereRef('metric.run_id', '=', 'run_block.owner')
      .whereRef('metric.block', '=', 'run_block.number')
      .$if(keys !== null, (query) => query.where('metric.key', 'in', keys ?? []))
  );
}

function selectFirstBlock(runId: RawBuilder<unknown>, which: RawBuilder<unknown>) {
  return raw<number | null>`(select min(metric.block) from metric where metric.run_id = ${runId} and ${which})`;
}

const HISTORY_STEPS: readonly SortStep[] = ['timestamp', 'step', 'value', 'is_nan'].map((column) => ({
  expression: raw.ref(`metric.${column}`),
  ascending: true,
}));
export const HISTORY_POSITION_LENGTH = HISTORY_STEPS.length;

/** Samples in order of timestamp, step and value, from after `position`; all that follow when `limit` is null. */
export async function readMetricHistory(
  sql: Sql,
  runId: string,
  key: string,
  page: { readonly position: KeysetPosition | null; readonly limit: number | null },
): Promise<{ metrics: Metric[]; positions: KeysetPosition[] }> {
  let query = selectSamples(sql, [runId], [key]);
  if (page.position !== null) query = query.where(buildAfterCondition(HISTORY_STEPS, page.position));
  if (page.limit !== null) query = query.limit(page.limit);
  const rows = await query.orderBy(orderList(HISTORY_STEPS)).execute();
  return {
    metrics: rows.map(toMetric),
    positions: rows.map((row) => [row.timestamp, row.step, row.value, row.is_nan]),
  };
}

function toMetric(row: Sample): Metric {
  return { key: row.key, value: restoreDouble(row), timestamp: row.timestamp, step: row.step };
}

export interface StepRange {
  readonly start: number;
  readonly end: number;
}

/**
 * At most `limit` samples spread evenly over the history, first and last included: the first of each of `limit` equal
 * buckets, then the last of all. The engine picks them, so a long history costs no memory here.
 */
export async function readSampledHistory(
  sql: Sql,
  runId: string,
  key: string,
  limit: number,
  range: StepRange | null,
): Promise<Metric[]> {
  const wanted = selectSamples(sql, [runId], [key]).$if(range !== null, (query) =>
    query.where('metric.step', '>=', range?.start ?? 0).where('metric.step', '<=', range?.end ?? 0),
  );
  const order = raw`step, timestamp, value, is_nan`;
  const numbered = wanted
    .select(raw<number>`row_number() over (order by ${order})`.as('place'))
    .select(raw<number>`ntile(${raw.lit(limit)}) over (order by ${order})`.as('bucket'))
    .select(raw<number>`count(*) over ()`.as('total'));
  const rows = await sql
    .tables<TrackingTables>()
    .with('numbered', () => numbered)
    .with('ranked', (of) =>
      of
        .selectFrom('numbered')
        .selectAll()
        .select(raw<number>`row_number() over (partition by bucket order by place)`.as('rank')),
    )
    .selectFrom('ranked')
    .selectAll()
    .where((eb) => eb.or([eb('rank', '=', 1), eb('place', '=', eb.ref('total'))]))
    .orderBy('place')
    .execute();
  // The last sample may exceed the limit; it then replaces the other sample of its bucket.
  const sampled = rows.length > limit ? [...rows.slice(0, limit - 1), ...rows.slice(-1)] : rows;
  return sampled.map(toMetric);
}
