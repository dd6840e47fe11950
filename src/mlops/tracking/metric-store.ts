import { sql as raw } from 'kysely';
import type { Sql } from '../../platform/store/index.ts';
import { after, type KeysetPosition, orderList, restoredDouble, type SortStep, storedDouble } from '../wire/index.ts';
import { chunks } from './key-value-store.ts';
import type { TrackingTables } from './tables.ts';
import type { Metric, MetricInput } from './types.ts';

type MetricRow = TrackingTables['metric'];

/** Stores samples and moves the latest of each key. A sample that is there already changes nothing. */
export async function insertMetrics(sql: Sql, runId: string, metrics: readonly Metric[]): Promise<void> {
  const rows = metrics.map((metric) => metricRow(runId, metric));
  for (const part of chunks(rows)) {
    await sql
      .tables<TrackingTables>()
      .insertInto('metric')
      .values(part)
      .onConflict((of) => of.doNothing())
      .execute();
  }
  for (const part of chunks(newestOfEach(rows))) await upsertLatest(sql, part);
}

function metricRow(runId: string, metric: Metric): MetricRow {
  const { value, isNan } = storedDouble(metric.value);
  const { key, timestamp, step } = metric;
  return { run_id: runId, key, timestamp, step, value, is_nan: isNan };
}

/** One statement may not touch a row twice, so the newest of a batch is picked before. */
function newestOfEach(rows: readonly MetricRow[]): MetricRow[] {
  const newest = new Map<string, MetricRow>();
  for (const row of rows) {
    const known = newest.get(row.key);
    if (known === undefined || isNewer(row, known)) newest.set(row.key, row);
  }
  return [...newest.values()];
}

function isNewer(a: MetricRow, b: MetricRow): boolean {
  if (a.step !== b.step) return a.step > b.step;
  if (a.timestamp !== b.timestamp) return a.timestamp > b.timestamp;
  return a.value > b.value;
}

/** The latest is the greatest by (step, timestamp, value), whatever the order of arrival. */
async function upsertLatest(sql: Sql, rows: readonly MetricRow[]): Promise<void> {
  await sql
    .tables<TrackingTables>()
    .insertInto('latest_metric')
    .values(rows)
    .onConflict((of) =>
      of
        .columns(['run_id', 'key'])
        .doUpdateSet((eb) => ({
          value: eb.ref('excluded.value'),
          is_nan: eb.ref('excluded.is_nan'),
          timestamp: eb.ref('excluded.timestamp'),
          step: eb.ref('excluded.step'),
        }))
        .where(
          raw<boolean>`(excluded.step, excluded.timestamp, excluded.value) > (latest_metric.step, latest_metric.timestamp, latest_metric.value)`,
        ),
    )
    .execute();
}

export async function insertModelMetrics(sql: Sql, runId: string, metrics: readonly MetricInput[]): Promise<void> {
  const rows = metrics.flatMap((metric) =>
    metric.modelId === null
      ? []
      : [
          {
            ...metricRow(runId, metric),
            model_id: metric.modelId,
            dataset_name: metric.datasetName ?? '',
            dataset_digest: metric.datasetDigest ?? '',
          },
        ],
  );
  for (const part of chunks(rows)) {
    await sql
      .tables<TrackingTables>()
      .insertInto('logged_model_metric')
      .values(part)
      .onConflict((of) => of.doNothing())
      .execute();
  }
}

const HISTORY_STEPS: readonly SortStep[] = ['timestamp', 'step', 'value', 'is_nan'].map((column) => ({
  expression: raw.ref(`metric.${column}`),
  ascending: true,
}));
export const HISTORY_POSITION_LENGTH = HISTORY_STEPS.length;

/** Samples in order of timestamp, step and value, from after `position`; all that follow when `limit` is null. */
export async function metricHistory(
  sql: Sql,
  runId: string,
  key: string,
  page: { readonly position: KeysetPosition | null; readonly limit: number | null },
): Promise<{ metrics: Metric[]; positions: KeysetPosition[] }> {
  let query = sql
    .tables<TrackingTables>()
    .selectFrom('metric')
    .selectAll()
    .where('run_id', '=', runId)
    .where('key', '=', key);
  if (page.position !== null) query = query.where(after(HISTORY_STEPS, page.position));
  if (page.limit !== null) query = query.limit(page.limit);
  const rows = await query.orderBy(orderList(HISTORY_STEPS)).execute();
  return {
    metrics: rows.map(metricOf),
    positions: rows.map((row) => [row.timestamp, row.step, row.value, row.is_nan]),
  };
}

function metricOf(row: MetricRow): Metric {
  return { key: row.key, value: restoredDouble(row), timestamp: row.timestamp, step: row.step };
}

export interface StepRange {
  readonly start: number;
  readonly end: number;
}

/**
 * At most `limit` samples spread evenly over the history, first and last included: the first of each of `limit` equal
 * buckets, then the last of all. The engine picks them, so a long history costs no memory here.
 */
export async function sampledHistory(
  sql: Sql,
  runId: string,
  key: string,
  limit: number,
  range: StepRange | null,
): Promise<Metric[]> {
  const wanted = sql
    .tables<TrackingTables>()
    .selectFrom('metric')
    .where('run_id', '=', runId)
    .where('key', '=', key)
    .$if(range !== null, (query) => query.where('step', '>=', range?.start ?? 0).where('step', '<=', range?.end ?? 0));
  const order = raw`step, timestamp, value, is_nan`;
  const numbered = wanted
    .selectAll()
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
  // The last sample may be one too many; it then stands for its bucket.
  const sampled = rows.length > limit ? [...rows.slice(0, limit - 1), ...rows.slice(-1)] : rows;
  return sampled.map(metricOf);
}
