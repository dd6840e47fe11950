import { sql as raw } from 'kysely';
import type { Sql } from '../../../platform/store/index.ts';
import type { Metric, TrackingTables } from '../../runs/index.ts';
import { selectSamples } from '../../runs/index.ts';
import { restoreDouble } from '../../wire/index.ts';

export interface HistoryQuery {
  readonly runIds: readonly string[];
  /** null: all metrics. */
  readonly keys: readonly string[] | null;
  readonly axis: 'step' | 'time';
  /** Most points of each history; at least 4. */
  readonly points: number;
  /** Steps, or milliseconds since 1970; both ends included. */
  readonly from: number | undefined;
  readonly to: number | undefined;
}

export interface HistoryPoint extends Metric {
  readonly runId: string;
  /** Samples of this history in the range. */
  readonly total: number;
}

/** Samples kept of each part of a thinned history: first, last, least and greatest. */
const KEPT_OF_A_PART = 4;

/**
 * Histories in order of run, metric and axis. One with more samples than `points` is cut into parts of equally many
 * samples, and of each part the first, the last, the least and the greatest stay: the outline is that of all samples, so
 * a spike of one sample is still there. The engine does it; a long history costs no memory here.
 */
export async function sampleHistories(sql: Sql, query: HistoryQuery): Promise<HistoryPoint[]> {
  const tables = sql.tables<TrackingTables>();
  const axis = query.axis === 'step' ? 'step' : 'timestamp';
  const order = raw.raw(query.axis === 'step' ? 'step, timestamp, value, is_nan' : 'timestamp, step, value, is_nan');
  const parts = Math.max(1, Math.floor(query.points / KEPT_OF_A_PART));
  const { keys, from, to } = query;
  const placed = selectSamples(sql, query.runIds, keys)
    .select(raw<number>`row_number() over (partition by run_id, key order by ${order})`.as('place'))
    .select(raw<number>`count(*) over (partition by run_id, key)`.as('total'))
    .$if(from !== undefined, (select) => select.where(axis, '>=', Math.ceil(from ?? 0)))
    .$if(to !== undefined, (select) => select.where(axis, '<=', Math.floor(to ?? 0)));
  const rows = await tables
    .with('placed', () => placed)
    .with('cut', (of) =>
      of
        .selectFrom('placed')
        .selectAll()
        .select(
          raw<number>`case when total <= ${raw.lit(query.points)} then place else (place - 1) * ${raw.lit(parts)} / total end`.as(
            'part',
          ),
        ),
    )
    .with('measured', (of) =>
      of
        .selectFrom('cut')
        .selectAll()
        .select([
          raw<number>`min(place) over ${ofPart}`.as('first'),
          raw<number>`max(place) over ${ofPart}`.as('last'),
          raw<number | null>`min(${knownValue}) over ${ofPart}`.as('least'),
          raw<number | null>`max(${knownValue}) over ${ofPart}`.as('greatest'),
        ]),
    )
    // Few are left here, so that ranking those of equal value, to keep one of each, sorts little.
    .with('outline', (of) =>
      of
        .selectFrom('measured')
        .selectAll()
        .select(
          raw<number>`row_number() over (partition by run_id, key, part, is_nan, value order by place)`.as('copy'),
        )
        .where(raw<boolean>`place in (first, last) or (is_nan = 0 and value in (least, greatest))`),
    )
    .selectFrom('outline')
    .select(['run_id', 'key', 'timestamp', 'step', 'value', 'is_nan', 'total'])
    .where(raw<boolean>`copy = 1 or place in (first, last)`)
    .orderBy('run_id')
    .orderBy('key')
    .orderBy('place')
    .execute();
  return rows.map((row) => ({
    runId: row.run_id,
    key: row.key,
    value: restoreDouble(row),
    timestamp: row.timestamp,
    step: row.step,
    total: row.total,
  }));
}

const ofPart = raw`(partition by run_id, key, part)`;
const knownValue = raw`case when is_nan = 0 then value end`;

export interface MetricRange {
  readonly key: string;
  /** null when every sample is NaN. */
  readonly least: number | null;
  readonly greatest: number | null;
  readonly samples: number;
}

/** Least and greatest of each metric of a run over its whole history, and how many samples it has. */
export async function listMetricRanges(sql: Sql, runId: string): Promise<MetricRange[]> {
  return sql
    .tables<TrackingTables>()
    .selectFrom('metric')
    .select('key')
    .select(raw<number | null>`min(${knownValue})`.as('least'))
    .select(raw<number | null>`max(${knownValue})`.as('greatest'))
    .select((eb) => eb.fn.countAll<number>().as('samples'))
    .where('run_id', '=', runId)
    .groupBy('key')
    .orderBy('key')
    .execute();
}
