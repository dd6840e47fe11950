import { sql as raw } from 'kysely';
import type { Sql } from '../../platform/store/index.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import { formatMicros, type StoredEvent } from './store.ts';

interface EventTables {
  outcome_event: StoredEvent;
}

/** Field of an outcome event by which sums are grouped. */
export type EventField = 'version' | 'endpoint' | 'customer' | 'feature';

export interface EventSelection {
  /** null: sums of the whole model. */
  readonly field: EventField | null;
  /** Only events of this model; null: of all models. */
  readonly model: string | null;
  /** Unix milliseconds, half-open, by the time of the prediction, else of the outcome. */
  readonly start: number;
  readonly end: number;
}

/** Outcome events of one model, value of the field, UTC day and currency. */
export interface DailyEventSum {
  readonly model: string;
  /** Value of the field; null for events without it. */
  readonly key: string | null;
  /** "2026-11-03". */
  readonly day: string;
  readonly currency: string;
  /** Exact. */
  readonly total: string;
  readonly events: number;
  /** Predictions with an event on the day; an event without a prediction counts as one. */
  readonly outcomes: number;
}

/** Sums of outcome events by day, in order of model, value of the field, currency and day. */
export async function sumEventsByDay(sql: Sql, selection: EventSelection): Promise<DailyEventSum[]> {
  const { field, model, start, end } = selection;
  const day = raw<number>`effective_ms / 86400000`;
  const key = field === null ? raw<string | null>`cast(null as text)` : raw<string | null>`${raw.ref(field)}`;
  // The order of an index in SQLite.
  const order = ['model', ...(field === null ? [] : [field]), 'currency', day] as const;
  let query = sql
    .tables<EventTables>()
    .selectFrom('outcome_event')
    .select((eb) => [
      'model',
      'currency',
      day.as('day'),
      key.as('key'),
      eb.fn.countAll<number>().as('events'),
      raw<number>`count(*) - count(prediction) + count(distinct prediction)`.as('outcomes'),
      // Whole units and millionths are summed apart, so that neither sum leaves 64 bits.
      raw<number>`sum(micros / 1000000)`.as('units'),
      raw<number>`sum(micros % 1000000)`.as('rest'),
    ])
    .where('effective_ms', '>=', start)
    .where('effective_ms', '<', end)
    .$if(model !== null, (of) => of.where('model', '=', model ?? ''))
    .groupBy(order);
  for (const term of order) query = query.orderBy(term);
  const formatDay = createDayFormat();
  return (await query.execute()).map((row) => ({
    model: row.model,
    key: row.key ?? null,
    day: formatDay(Number(row.day)),
    currency: row.currency,
    total: formatMicros(row),
    events: Number(row.events),
    outcomes: Number(row.outcomes),
  }));
}

/** Formats days since 1970, each once: an answer has the same days many times. */
function createDayFormat(): (day: number) => string {
  const known = new Map<number, string>();
  return (day) => {
    const found = known.get(day) ?? new Date(day * DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length);
    known.set(day, found);
    return found;
  };
}

/**
 * Predictions with an outcome by model and tag, each counted once: a prediction with events of several tags counts for the first of
 * them in alphabetical order, so that the counts of all tags add up to the predictions with an outcome.
 */
export async function countOutcomesByTag(
  sql: Sql,
  { field, model, start, end }: EventSelection & { readonly field: 'customer' | 'feature' },
): Promise<{ readonly model: string; readonly key: string | null; readonly outcomes: number }[]> {
  const selected = sql
    .tables<EventTables>()
    .selectFrom('outcome_event')
    .where('effective_ms', '>=', start)
    .where('effective_ms', '<', end)
    .$if(model !== null, (of) => of.where('model', '=', model ?? ''));
  const byPrediction = selected
    .select((eb) => ['model', eb.fn.min(field).as('key')])
    .where('prediction', 'is not', null)
    .groupBy(['model', 'prediction']);
  const ofPredictions = sql
    .tables<EventTables>()
    .selectFrom(byPrediction.as('one'))
    .select((eb) => ['model', 'key', eb.fn.countAll<number>().as('outcomes')])
    .groupBy(['model', 'key']);
  // An event without a prediction is a separate outcome.
  const ofEvents = selected
    .select((eb) => ['model', eb.ref(field).as('key'), eb.fn.countAll<number>().as('outcomes')])
    .where('prediction', 'is', null)
    .groupBy(['model', field]);
  const rows = [...(await ofPredictions.execute()), ...(await ofEvents.execute())];
  return [...Map.groupBy(rows, (row) => JSON.stringify([row.model, row.key])).values()].flatMap((of) => {
    const [first] = of;
    if (first === undefined) return [];
    const outcomes = of.reduce((sum, row) => sum + Number(row.outcomes), 0);
    return [{ model: first.model, key: first.key ?? null, outcomes }];
  });
}
