import { z } from 'zod';
import type { Sql } from '../../platform/store/index.ts';
import { Month } from '../../platform/units/schema.ts';
import {
  ForecastChange,
  ForecastDay,
  ForecastDetail,
  ForecastStanding,
  LedgerForecast,
  type Working,
} from './schema.ts';

interface ForecastTables {
  forecast_run: { id: string; sequence: number; made_at: string; stands_on: string; stamp: string };
  forecast_subject: {
    run: string;
    position: number;
    level: string;
    subject_key: string;
    currency: string;
    window_start: string;
    summary: string;
    days: string | null;
  };
  forecast_work: { id: number; done: number; total: number };
  forecast_change: { id: string; first_day: string; change: string };
}

const StandsOn = z.object({
  month: Month,
  through: ForecastStanding.shape.through,
  billedThrough: ForecastStanding.shape.billedThrough,
  sources: ForecastStanding.shape.sources,
  behind: ForecastStanding.shape.behind,
  deliveries: ForecastStanding.shape.deliveries,
});
export type ForecastInputs = z.infer<typeof StandsOn>;

const Days = z.object({
  history: ForecastDetail.shape.history,
  days: z.array(ForecastDay),
  changes: z.array(ForecastChange),
});
export type StoredDays = z.infer<typeof Days>;

/** One making of all forecasts. */
export interface StoredRun {
  readonly id: string;
  readonly madeAt: string;
  readonly standsOn: ForecastInputs;
  readonly stamp: string;
}

export interface ForecastOfSubject {
  readonly summary: LedgerForecast;
  readonly days: StoredDays;
}

/** Number of runs with stored totals, to show how a forecast changed. */
const RUNS_KEPT = 200;
const ROWS_AT_ONCE = 50;

export async function findLastRun(sql: Sql): Promise<StoredRun | null> {
  const row = await sql
    .tables<ForecastTables>()
    .selectFrom('forecast_run')
    .selectAll()
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return null;
  return { id: row.id, madeAt: row.made_at, stamp: row.stamp, standsOn: StandsOn.parse(JSON.parse(row.stands_on)) };
}

/** Stores a run with all its forecasts. Of the last `RUNS_KEPT` runs, only the newest keeps its daily forecasts. */
export async function keepRun(sql: Sql, run: StoredRun, forecasts: readonly ForecastOfSubject[]): Promise<void> {
  const tables = sql.tables<ForecastTables>();
  const last = await tables
    .selectFrom('forecast_run')
    .select('sequence')
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  const sequence = (last?.sequence ?? 0) + 1;
  const { id, madeAt, standsOn, stamp } = run;
  await tables
    .insertInto('forecast_run')
    .values({ id, sequence, made_at: madeAt, stands_on: JSON.stringify(standsOn), stamp })
    .execute();
  await tables.updateTable('forecast_subject').set({ days: null }).where('days', 'is not', null).execute();
  const rows = forecasts.map(({ summary, days }, position) => ({
    ...{ run: id, position, level: summary.level, subject_key: summary.key ?? '', currency: summary.currency },
    ...{ window_start: summary.window.start, summary: JSON.stringify(summary), days: JSON.stringify(days) },
  }));
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    await tables
      .insertInto('forecast_subject')
      .values(rows.slice(at, at + ROWS_AT_ONCE))
      .execute();
  }
  const old = await tables
    .selectFrom('forecast_run')
    .select('id')
    .where('sequence', '<=', sequence - RUNS_KEPT)
    .execute();
  for (const one of old) {
    await tables.deleteFrom('forecast_subject').where('run', '=', one.id).execute();
    await tables.deleteFrom('forecast_run').where('id', '=', one.id).execute();
  }
}

/** Forecasts of a run, in order. */
export async function findForecasts(sql: Sql, run: string): Promise<LedgerForecast[]> {
  const rows = await sql
    .tables<ForecastTables>()
    .selectFrom('forecast_subject')
    .select('summary')
    .where('run', '=', run)
    .orderBy('position')
    .execute();
  return rows.map(({ summary }) => LedgerForecast.parse(JSON.parse(summary)));
}

/** Forecast of a budget in a run; null if there is none. */
export async function forecastOfBudget(sql: Sql, run: string, budget: string): Promise<LedgerForecast | null> {
  const row = await sql
    .tables<ForecastTables>()
    .selectFrom('forecast_subject')
    .select('summary')
    .where('run', '=', run)
    .where('level', '=', 'budget')
    .where('subject_key', '=', budget)
    .executeTakeFirst();
  return row === undefined ? null : LedgerForecast.parse(JSON.parse(row.summary));
}

export async function findForecastDays(sql: Sql, run: string, of: LedgerForecast): Promise<StoredDays | null> {
  const row = await sql
    .tables<ForecastTables>()
    .selectFrom('forecast_subject')
    .select('days')
    .where('run', '=', run)
    .where('level', '=', of.level)
    .where('subject_key', '=', of.key ?? '')
    .where('currency', '=', of.currency)
    .executeTakeFirst();
  return row?.days == null ? null : Days.parse(JSON.parse(row.days));
}

/** Forecasts of the same window in earlier runs, latest first. */
export async function findEarlierForecasts(
  sql: Sql,
  of: LedgerForecast,
  but: string,
): Promise<ForecastDetail['earlier']> {
  const rows = await sql
    .tables<ForecastTables>()
    .selectFrom('forecast_subject')
    .innerJoin('forecast_run', 'forecast_run.id', 'forecast_subject.run')
    .select(['forecast_run.made_at', 'forecast_run.stands_on', 'forecast_subject.summary'])
    .where('forecast_subject.level', '=', of.level)
    .where('forecast_subject.subject_key', '=', of.key ?? '')
    .where('forecast_subject.currency', '=', of.currency)
    .where('forecast_subject.window_start', '=', of.window.start)
    .where('forecast_run.id', '!=', but)
    .orderBy('forecast_run.sequence', 'desc')
    .execute();
  return rows.flatMap((row) => {
    const { through, deliveries } = StandsOn.parse(JSON.parse(row.stands_on));
    const { forecast, breach } = LedgerForecast.parse(JSON.parse(row.summary));
    if (forecast === null) return [];
    return [{ madeAt: row.made_at, through, deliveries, forecast, probability: breach?.probability ?? null }];
  });
}

const ONE = 1;

export async function saveWork(sql: Sql, work: Working | null): Promise<void> {
  const tables = sql.tables<ForecastTables>();
  if (work === null) await tables.deleteFrom('forecast_work').execute();
  else {
    await tables
      .insertInto('forecast_work')
      .values({ id: ONE, ...work })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(work))
      .execute();
  }
}

export async function findWork(sql: Sql): Promise<Working | null> {
  const row = await sql
    .tables<ForecastTables>()
    .selectFrom('forecast_work')
    .select(['done', 'total'])
    .executeTakeFirst();
  return row ?? null;
}

export async function findChanges(sql: Sql): Promise<ForecastChange[]> {
  const rows = await sql
    .tables<ForecastTables>()
    .selectFrom('forecast_change')
    .selectAll()
    .orderBy('first_day')
    .orderBy('id')
    .execute();
  return rows.map((row) => ForecastChange.parse(JSON.parse(row.change)));
}

export async function insertChange(sql: Sql, change: ForecastChange): Promise<void> {
  const row = { id: change.change, first_day: change.from, change: JSON.stringify(change) };
  await sql.tables<ForecastTables>().insertInto('forecast_change').values(row).execute();
}

/** Returns the deleted change; null if there was none. */
export async function deleteChange(sql: Sql, id: string): Promise<ForecastChange | null> {
  const row = await sql
    .tables<ForecastTables>()
    .deleteFrom('forecast_change')
    .where('id', '=', id)
    .returning('change')
    .executeTakeFirst();
  return row === undefined ? null : ForecastChange.parse(JSON.parse(row.change));
}
