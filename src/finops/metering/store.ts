import { sql as raw } from 'kysely';
import { type SubjectColumns, toSubject, toSubjectColumns } from '../../org/index.ts';
import { type Subject, subjectFields } from '../../org/schema.ts';
import type { Sql } from '../../platform/store/index.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import type { Money } from '../../platform/units/index.ts';
import { BenchmarkFacts } from './schema.ts';

interface MeteringTables {
  usage_interval: SubjectColumns & {
    id: string;
    resource: string;
    resource_id: string | null;
    quantity: string;
    price_amount: string | null;
    price_currency: string | null;
    start_ms: number;
    end_ms: number;
    predictions: number | null;
    benchmark: string | null;
    origin: string;
    recorded_at: string;
  };
}

export interface StoredUsage {
  readonly id: string;
  readonly subject: Subject;
  readonly resource: string;
  /** Id in the bill; null if the sender stated none. */
  readonly resourceId: string | null;
  readonly quantity: string;
  /** Price an hour of one unit that its sender declared; null: the price book's. */
  readonly price: Money | null;
  /** Unix milliseconds; end exclusive. */
  readonly start: number;
  readonly end: number;
  readonly predictions: number | null;
  /** Parameters of a benchmark; null if the sender stated none. */
  readonly benchmark: BenchmarkFacts | null;
  readonly origin: string;
  readonly recordedAt: string;
}

/** Inserts an interval, or replaces the one of the same id: the later report of one measurement wins. */
export async function putUsage(sql: Sql, usage: StoredUsage): Promise<void> {
  const row: MeteringTables['usage_interval'] = {
    id: usage.id,
    resource: usage.resource,
    resource_id: usage.resourceId,
    quantity: usage.quantity,
    price_amount: usage.price?.amount ?? null,
    price_currency: usage.price?.currency ?? null,
    start_ms: usage.start,
    end_ms: usage.end,
    predictions: usage.predictions,
    benchmark: usage.benchmark === null ? null : JSON.stringify(usage.benchmark),
    origin: usage.origin,
    recorded_at: usage.recordedAt,
    ...toSubjectColumns(usage.subject),
  };
  await sql
    .tables<MeteringTables>()
    .insertInto('usage_interval')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}

/** The stored intervals with these ids, with their subject and period. */
export async function findUsageById(sql: Sql, ids: readonly string[]): Promise<StoredUsage[]> {
  const query = sql.tables<MeteringTables>().selectFrom('usage_interval').selectAll();
  return (await query.where('id', 'in', [...ids]).execute()).map(rowToUsage);
}

/** Intervals of these runs, in order of run and time; at most a few hundred runs per call. */
export async function findUsageOfRuns(sql: Sql, runs: readonly string[]): Promise<StoredUsage[]> {
  if (runs.length === 0) return [];
  const rows = await sql
    .tables<MeteringTables>()
    .selectFrom('usage_interval')
    .selectAll()
    .where('subject_run', 'in', [...runs])
    .orderBy('subject_run')
    .orderBy('start_ms')
    .orderBy('id')
    .execute();
  return rows.map(rowToUsage);
}

/** A machine by its id in the bill, or a value of a subject field; compared without letter case. */
export type UsageMatch = { readonly resourceId: string } | { readonly field: keyof Subject; readonly value: string };

/** Runs whose usage matches, by id. */
export async function findRunsHolding(sql: Sql, held: UsageMatch, limit: number): Promise<string[]> {
  const query = sql.tables<MeteringTables>().selectFrom('usage_interval').select('subject_run').distinct();
  const [column, value] =
    'resourceId' in held
      ? (['resource_id', held.resourceId] as const)
      : ([`subject_${held.field}`, held.value] as const);
  const rows = await query
    .where((eb) => eb(eb.fn('lower', [eb.fn('trim', [column])]), '=', value.trim().toLowerCase()))
    .where('subject_run', 'is not', null)
    .orderBy('subject_run')
    .limit(limit)
    .execute();
  return rows.flatMap((row) => row.subject_run ?? []);
}

/** Runs that have usage, by id, from after one; for walking through all. */
export async function findRunsWithUsage(sql: Sql, after: string, limit: number): Promise<string[]> {
  const rows = await sql
    .tables<MeteringTables>()
    .selectFrom('usage_interval')
    .select('subject_run')
    .distinct()
    .where('subject_run', '>', after)
    .orderBy('subject_run')
    .limit(limit)
    .execute();
  return rows.flatMap((row) => row.subject_run ?? []);
}

export interface UsageSelection {
  /** Intervals with all of these subject fields. */
  readonly subject: Subject;
  /** Only intervals that touch [start, end), Unix milliseconds. */
  readonly within?: { readonly start: number; readonly end: number };
  readonly page?: { readonly after: { start: number; id: string } | null; readonly limit: number };
}

/** Latest start first. */
export async function findUsage(sql: Sql, selection: UsageSelection): Promise<StoredUsage[]> {
  let query = sql
    .tables<MeteringTables>()
    .selectFrom('usage_interval')
    .selectAll()
    .orderBy('start_ms', 'desc')
    .orderBy('id', 'desc');
  for (const field of subjectFields) {
    const value = selection.subject[field];
    if (value !== undefined) query = query.where(`subject_${field}`, '=', value);
  }
  const { within, page } = selection;
  if (within !== undefined) query = query.where('start_ms', '<', within.end).where('end_ms', '>', within.start);
  if (page !== undefined) query = query.limit(page.limit);
  const after = page?.after ?? null;
  if (after !== null) {
    query = query.where((eb) =>
      eb.or([eb('start_ms', '<', after.start), eb.and([eb('start_ms', '=', after.start), eb('id', '<', after.id)])]),
    );
  }
  return (await query.execute()).map(rowToUsage);
}

/** Predictions that were counted on a day. */
export interface CountedPredictions {
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
  readonly endpoint: string | null;
  readonly model: string | null;
  readonly predictions: number;
}

/** Predictions by day, endpoint and model, each interval on the day on which it begins; of intervals for longer than a day none. */
export async function readPredictionsByDay(
  sql: Sql,
  { start, end }: { readonly start: number; readonly end: number },
): Promise<CountedPredictions[]> {
  const day = raw<number>`start_ms / 86400000`;
  const rows = await sql
    .tables<MeteringTables>()
    .selectFrom('usage_interval')
    .select(['subject_endpoint', 'subject_model', day.as('day'), (eb) => eb.fn.sum('predictions').as('predictions')])
    .where('start_ms', '>=', start)
    .where('start_ms', '<', end)
    .where('predictions', '>', 0)
    .where((eb) => eb(eb('end_ms', '-', eb.ref('start_ms')), '<=', DAY_MS))
    .groupBy(['subject_endpoint', 'subject_model', day])
    .orderBy(day)
    .execute();
  return rows.map((row) => ({
    day: new Date(Number(row.day) * DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length),
    endpoint: row.subject_endpoint ?? null,
    model: row.subject_model ?? null,
    predictions: Number(row.predictions),
  }));
}

/** Number of intervals that overlap the window, and the time of the last record: changes with every recorded interval. */
export async function readUsageFingerprint(sql: Sql, within: { start: number; end: number }): Promise<string> {
  const row = await sql
    .tables<MeteringTables>()
    .selectFrom('usage_interval')
    .select((eb) => [eb.fn.countAll().as('count'), eb.fn.max('recorded_at').as('last')])
    .where('start_ms', '<', within.end)
    .where('end_ms', '>', within.start)
    .executeTakeFirstOrThrow();
  return `${Number(row.count)}@${row.last ?? 'never'}`;
}

function rowToUsage(row: MeteringTables['usage_interval']): StoredUsage {
  return {
    id: row.id,
    subject: toSubject(row),
    resource: row.resource,
    resourceId: row.resource_id,
    quantity: row.quantity,
    price:
      row.price_amount === null || row.price_currency === null
        ? null
        : { amount: row.price_amount, currency: row.price_currency },
    start: row.start_ms,
    end: row.end_ms,
    predictions: row.predictions,
    benchmark: row.benchmark === null ? null : BenchmarkFacts.parse(JSON.parse(row.benchmark)),
    origin: row.origin,
    recordedAt: row.recorded_at,
  };
}
