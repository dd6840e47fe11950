import { sql as raw } from 'kysely';
import { insertRows, isAmong, type Sql } from '../../platform/store/index.ts';
import { ModelValueSpec } from './schema.ts';

export type Attribution = 'log' | 'stated' | 'waiting' | 'none';

export interface StoredEvent {
  readonly model: string;
  readonly id: string;
  readonly stated_version: string | null;
  readonly endpoint: string | null;
  readonly prediction: string | null;
  readonly customer: string | null;
  readonly feature: string | null;
  readonly at_ms: number;
  /** Millionths of the currency. */
  readonly micros: number;
  readonly currency: string;
  readonly recorded_ms: number;
  readonly version: string | null;
  readonly attribution: Attribution;
  readonly effective_ms: number;
}

interface ValueTables {
  outcome_event: StoredEvent;
  model_value: { model: string; name: string; spec: string };
}

/** Stored events of a model with these ids. */
export async function findEvents(sql: Sql, model: string, ids: readonly string[]): Promise<StoredEvent[]> {
  const query = sql.tables<ValueTables>().selectFrom('outcome_event').selectAll().where('model', '=', model);
  return query.where(isAmong(sql, 'id', ids)).execute();
}

const COLUMNS = {
  model: 'text',
  id: 'text',
  stated_version: 'text',
  endpoint: 'text',
  prediction: 'text',
  at_ms: 'bigint',
  micros: 'bigint',
  currency: 'text',
  recorded_ms: 'bigint',
  version: 'text',
  attribution: 'text',
  effective_ms: 'bigint',
  customer: 'text',
  feature: 'text',
} as const satisfies Record<keyof StoredEvent, 'text' | 'bigint'>;

/** Inserts events; one with a known id is left as it is. */
export function insertEvents(sql: Sql, events: readonly StoredEvent[]): Promise<void> {
  const names = Object.keys(COLUMNS) as (keyof StoredEvent)[];
  return insertRows(sql, {
    table: 'outcome_event',
    columns: COLUMNS,
    rows: events.map((event) => names.map((name) => event[name])),
    onConflict: 'on conflict (model, id) do nothing',
  });
}

/** Events that wait for their prediction and were recorded since an instant (Unix ms), oldest first. */
export async function findWaiting(
  sql: Sql,
  { since, after, limit }: { readonly since: number; readonly after: string; readonly limit: number },
): Promise<Pick<StoredEvent, 'model' | 'id' | 'prediction'>[]> {
  const query = sql.tables<ValueTables>().selectFrom('outcome_event').select(['model', 'id', 'prediction']);
  return query
    .where('attribution', '=', 'waiting')
    .where('recorded_ms', '>=', since)
    .where((eb) => eb(raw<string>`model || ' ' || id`, '>', after))
    .orderBy(raw`model || ' ' || id`)
    .limit(limit)
    .execute();
}

/** Number of the events of a model from an instant on (Unix ms; null: of any time), and the time of the last; null: none. */
export async function findEventsFrom(
  sql: Sql,
  model: string,
  from: number | null,
): Promise<{ readonly events: number; readonly lastMs: number } | null> {
  const { events, last } = await sql
    .tables<ValueTables>()
    .selectFrom('outcome_event')
    .select(({ fn }) => [fn.countAll<number>().as('events'), fn.max('effective_ms').as('last')])
    .where('model', '=', model)
    .$if(from !== null, (query) => query.where('effective_ms', '>=', from))
    .executeTakeFirstOrThrow();
  return last === null ? null : { events: Number(events), lastMs: Number(last) };
}

/** Events whose prediction was found in the log: they count for its version, at its time. */
export async function attributeEvents(
  sql: Sql,
  found: readonly { readonly model: string; readonly id: string; readonly version: string; readonly atMs: number }[],
): Promise<void> {
  for (const { model, id, version, atMs } of found) {
    await sql
      .tables<ValueTables>()
      .updateTable('outcome_event')
      .set({ version, attribution: 'log', effective_ms: atMs })
      .where('model', '=', model)
      .where('id', '=', id)
      .execute();
  }
}

/**
 * The exact amount of whole units and millionths, which may have different signs.
 *
 * @example { units: 2, rest: -500_000 } -> "1.5"
 */
export function formatMicros({
  units,
  rest,
}: {
  readonly units: number | string;
  readonly rest: number | string;
}): string {
  const micros = BigInt(units) * 1_000_000n + BigInt(rest);
  const digits = String(micros < 0n ? -micros : micros).padStart(7, '0');
  const fraction = digits.slice(-6).replace(/0+$/, '');
  return `${micros < 0n ? '-' : ''}${digits.slice(0, -6)}${fraction === '' ? '' : '.'}${fraction}`;
}

/** Outcome events of one version in one currency. */
export interface EventSums {
  /** null: no version is known. */
  readonly version: string | null;
  readonly currency: string;
  readonly events: number;
  /** Predictions with an event; an event without a prediction counts as one. */
  readonly withOutcome: number;
  /** Exact sum. */
  readonly total: string;
  /** Sum of the squares of the value of each prediction, in the currency squared. */
  readonly squares: number;
}

/** Sums by version and currency, over events whose prediction (else outcome) is in [start, end) Unix ms. */
export async function sumEvents(
  sql: Sql,
  {
    model,
    start,
    end,
    onlyLogged,
  }: { readonly model: string; readonly start: number; readonly end: number; readonly onlyLogged: boolean },
): Promise<EventSums[]> {
  const selected = sql
    .tables<ValueTables>()
    .selectFrom('outcome_event')
    .where('model', '=', model)
    // With + SQLite reads an index that has all columns, and not one by time with a row of the table for each entry.
    .where(raw<number>`+effective_ms`, '>=', start)
    .where(raw<number>`+effective_ms`, '<', end)
    .$if(onlyLogged, (query) => query.where('attribution', '=', 'log'));
  // An event without a prediction is a separate outcome.
  const ofEvents = selected
    .select([
      'version',
      'currency',
      raw<number>`1`.as('events'),
      raw<number>`micros / 1000000`.as('units'),
      raw<number>`micros % 1000000`.as('rest'),
    ])
    .where('prediction', 'is', null);
  const ofPredictions = selected
    .select((eb) => [
      'version',
      'currency',
      eb.fn.countAll<number>().as('events'),
      // Whole units and millionths are summed apart, so that neither sum leaves 64 bits.
      raw<number>`sum(micros / 1000000)`.as('units'),
      raw<number>`sum(micros % 1000000)`.as('rest'),
    ])
    .where('prediction', 'is not', null)
    .groupBy(['version', 'currency', 'prediction']);
  const byPrediction = ofEvents.unionAll(ofPredictions);
  const rows = await sql
    .tables<ValueTables>()
    .selectFrom(byPrediction.as('one'))
    .select((eb) => [
      'version',
      'currency',
      eb.fn.countAll<number>().as('predictions'),
      raw<number>`sum(events)`.as('events'),
      raw<number>`sum(units)`.as('units'),
      raw<number>`sum(rest)`.as('rest'),
      raw<number>`cast(sum((units + rest / 1000000.0) * (units + rest / 1000000.0)) as double precision)`.as('squares'),
    ])
    .groupBy(['version', 'currency'])
    .orderBy('version')
    .orderBy('currency')
    .execute();
  return rows.map(({ version, currency, predictions, events, units, rest, squares }) => ({
    version,
    currency,
    events: Number(events),
    withOutcome: Number(predictions),
    total: formatMicros({ units, rest }),
    squares: Number(squares),
  }));
}

export async function findModelValue(
  sql: Sql,
  by: { readonly model: string } | { readonly name: string },
): Promise<{ name: string; spec: ModelValueSpec } | null> {
  const query = sql.tables<ValueTables>().selectFrom('model_value').selectAll();
  const named = 'model' in by ? query.where('model', '=', by.model) : query.where('name', '=', by.name);
  const row = await named.executeTakeFirst();
  return row === undefined ? null : { name: row.name, spec: ModelValueSpec.parse(JSON.parse(row.spec)) };
}

/** All statements, by model. */
export async function listModelValues(sql: Sql): Promise<{ name: string; spec: ModelValueSpec }[]> {
  const rows = await sql.tables<ValueTables>().selectFrom('model_value').selectAll().orderBy('model').execute();
  return rows.map(({ name, spec }) => ({ name, spec: ModelValueSpec.parse(JSON.parse(spec)) }));
}

/** Replaces the statement of this name. */
export async function putModelValue(sql: Sql, name: string, spec: ModelValueSpec): Promise<void> {
  const tables = sql.tables<ValueTables>();
  await tables.deleteFrom('model_value').where('name', '=', name).execute();
  await tables
    .insertInto('model_value')
    .values({ model: spec.model, name, spec: JSON.stringify(spec) })
    .execute();
}

/** When the newest outcome event was recorded, Unix milliseconds; null: there is none. */
export async function findNewestEventTime(sql: Sql): Promise<number | null> {
  const query = sql.tables<ValueTables>().selectFrom('outcome_event');
  const { newest } = await query.select(({ fn }) => fn.max('recorded_ms').as('newest')).executeTakeFirstOrThrow();
  return newest === null ? null : Number(newest);
}
