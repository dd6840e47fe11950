import { sql as raw } from 'kysely';
import type { Sql } from '../../platform/store/index.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import { decimal, decimalString } from '../../platform/units/index.ts';
import type { StoredEvent } from './store.ts';

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

const OUTCOME = raw<string>`coalesce('p' || prediction, 'e' || id)`;

/** Sums of outcome events by day, in order of the day. */
export async function sumEventsByDay(sql: Sql, selection: EventSelection): Promise<DailyEventSum[]> {
  const { field, model, start, end } = selection;
  const day = raw<number>`effective_ms / 86400000`;
  const key = field === null ? raw<string | null>`cast(null as text)` : raw<string | null>`${raw.ref(field)}`;
  const query = sql
    .tables<EventTables>()
    .selectFrom('outcome_event')
    .select((eb) => [
      'model',
      'currency',
      day.as('day'),
      key.as('key'),
      eb.fn.countAll<number>().as('events'),
      raw<number>`count(distinct ${OUTCOME})`.as('outcomes'),
      // Whole units and millionths are summed apart, so that neither sum leaves 64 bits.
      raw<number>`sum(micros / 1000000)`.as('units'),
      raw<number>`sum(micros % 1000000)`.as('rest'),
    ])
    .where('effective_ms', '>=', start)
    .where('effective_ms', '<', end)
    .$if(model !== null, (of) => of.where('model', '=', model ?? ''))
    .groupBy(['model', 'currency', day, ...(field === null ? [] : [field])])
    .orderBy(day);
  return (await query.execute()).map((row) => ({
    model: row.model,
    key: row.key ?? null,
    day: new Date(Number(row.day) * DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length),
    currency: row.currency,
    total: decimalString(decimal(String(row.units)).plus(decimal(String(row.rest)).dividedBy(1_000_000))),
    events: Number(row.events),
    outcomes: Number(row.outcomes),
  }));
}

/**
 * Predictions with an outcome by model and tag, each counted once: a prediction with events of several tags counts for the first of
 * them in alphabetical order, so that the counts of all tags add up to the predictions with an outcome.
 */
export async function countOutcomesByTag(
  sql: Sql,
  { field, model, start, end }: EventSelection & { readonly field: 'customer' | 'feature' },
): Promise<{ readonly model: string; readonly key: string | null; readonly outcomes: number }[]> {
  const each = sql
    .tables<EventTables>()
    .selectFrom('outcome_event')
    .select((eb) => ['model', eb.fn.min(field).as('key')])
    .where('effective_ms', '>=', start)
    .where('effective_ms', '<', end)
    .$if(model !== null, (of) => of.where('model', '=', model ?? ''))
    .groupBy(['model', OUTCOME]);
  const rows = await sql
    .tables<EventTables>()
    .selectFrom(each.as('one'))
    .select((eb) => ['model', 'key', eb.fn.countAll<number>().as('outcomes')])
    .groupBy(['model', 'key'])
    .execute();
  return rows.map((row) => ({ model: row.model, key: row.key ?? null, outcomes: Number(row.outcomes) }));
}
