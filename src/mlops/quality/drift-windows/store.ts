import { z } from 'zod';
import type { Sql } from '../../../platform/store/index.ts';
import { Distribution, DriftColumn } from '../../drift/schema.ts';
import { DriftWindow } from './schema.ts';

interface WindowTables {
  drift_window: {
    monitor: string;
    generation: string;
    number: number;
    start_at: string;
    end_at: string;
    last_at: string;
    last_prediction: string;
    test: number | null;
    drifted: number | null;
    facts: string;
  };
  drift_window_column: {
    monitor: string;
    generation: string;
    number: number;
    place: number;
    name: string;
    verdict: string;
    distribution: string | null;
  };
}

/** One `drift:` text of one monitor. Its windows are numbered from 1. */
export interface Generation {
  readonly monitor: string;
  readonly generation: string;
}

/** Figures that windows of older servers do not have. */
const NOT_STORED = {
  ...{ valuesPValue: null, missingPValue: null, decidedBy: null },
  ...{ effect: null, missingEffect: null, minEffect: null, beyondPeriods: null, significant: null },
};
const StoredVerdict = z.preprocess((verdict) => ({ ...NOT_STORED, ...Object(verdict) }), DriftColumn);
const Facts = DriftWindow.omit({ columns: true });
export type WindowFacts = Omit<DriftWindow, 'columns'>;

/** Progress of the windows of a generation. */
export interface ReachedWindow {
  readonly number: number;
  /** End of the last window, UTC. */
  readonly endAt: string;
  /** Its last prediction, in the order of time and id. */
  readonly lastAt: string;
  readonly lastPrediction: string;
  /** Windows so far that have a p-value. */
  readonly tests: number;
}

export async function findReached(sql: Sql, { monitor, generation }: Generation): Promise<ReachedWindow | null> {
  const row = await selectGeneration(sql, { monitor, generation })
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return null;
  const counted = await sql
    .tables<WindowTables>()
    .selectFrom('drift_window')
    .select(({ fn }) => fn.max('test').as('tests'))
    .where('monitor', '=', monitor)
    .where('generation', '=', generation)
    .executeTakeFirst();
  const [lastAt, lastPrediction] = [row.last_at, row.last_prediction];
  return { number: row.number, endAt: row.end_at, lastAt, lastPrediction, tests: Number(counted?.tests ?? 0) };
}

/** Windows after the test of that number which drifted. */
export async function countDiscoveries(sql: Sql, { monitor, generation }: Generation, test: number): Promise<number> {
  const row = await sql
    .tables<WindowTables>()
    .selectFrom('drift_window')
    .select(({ fn }) => fn.countAll().as('windows'))
    .where('monitor', '=', monitor)
    .where('generation', '=', generation)
    .where('test', '>', test)
    .where('drifted', '=', 1)
    .executeTakeFirst();
  return Number(row?.windows ?? 0);
}

export interface NewWindow extends Generation {
  readonly number: number;
  readonly lastAt: string;
  readonly lastPrediction: string;
  readonly test: number | null;
  readonly facts: WindowFacts;
  readonly columns: readonly { readonly column: DriftColumn; readonly distribution: Distribution | null }[];
}

/** False when another server has stored this window already. */
export async function insertWindow(sql: Sql, window: NewWindow): Promise<boolean> {
  const { monitor, generation, number, facts } = window;
  const key = { monitor, generation, number };
  const claimed = await sql
    .tables<WindowTables>()
    .insertInto('drift_window')
    .values({
      ...key,
      start_at: facts.period.start,
      end_at: facts.period.end,
      last_at: window.lastAt,
      last_prediction: window.lastPrediction,
      test: window.test,
      drifted: facts.drifted === null ? null : Number(facts.drifted),
      facts: JSON.stringify(facts),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('number')
    .execute();
  if (claimed.length === 0) return false;
  const rows = window.columns.map(({ column, distribution }, place) => ({
    ...key,
    place,
    name: column.column,
    verdict: JSON.stringify(column),
    distribution: distribution === null ? null : JSON.stringify(distribution),
  }));
  if (rows.length > 0) await sql.tables<WindowTables>().insertInto('drift_window_column').values(rows).execute();
  return true;
}

export interface WindowSelection {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly limit: number;
}

/** The last windows of a generation, by time. */
export async function listWindows(
  sql: Sql,
  generation: Generation,
  selection: WindowSelection,
): Promise<DriftWindow[]> {
  let query = selectGeneration(sql, generation).orderBy('number', 'desc').limit(selection.limit);
  if (selection.since !== undefined) query = query.where('end_at', '>', normalizeInstant(selection.since));
  if (selection.until !== undefined) query = query.where('start_at', '<', normalizeInstant(selection.until));
  const rows = (await query.execute()).toReversed();
  const [first, last] = [rows[0]?.number, rows.at(-1)?.number];
  if (first === undefined || last === undefined) return [];
  const columns = await listColumnsBetween(sql, generation, first, last);
  return rows.map(({ number, facts }) => ({ ...parseWindowFacts(facts), columns: columns.get(number) ?? [] }));
}

async function listColumnsBetween(sql: Sql, { monitor, generation }: Generation, first: number, last: number) {
  const rows = await sql
    .tables<WindowTables>()
    .selectFrom('drift_window_column')
    .select(['number', 'verdict'])
    .where('monitor', '=', monitor)
    .where('generation', '=', generation)
    .where('number', '>=', first)
    .where('number', '<=', last)
    .orderBy('number')
    .orderBy('place')
    .execute();
  const found = new Map<number, DriftColumn[]>();
  for (const { number, verdict } of rows) {
    const column = StoredVerdict.parse(JSON.parse(verdict));
    found.set(number, [...(found.get(number) ?? []), column]);
  }
  return found;
}

/** The window with a number, or the last one for null; null: there is none. */
export async function findWindowByNumber(sql: Sql, generation: Generation, number: number | null) {
  let query = selectGeneration(sql, generation).orderBy('number', 'desc').limit(1);
  if (number !== null) query = query.where('number', '=', number);
  const row = await query.executeTakeFirst();
  return row === undefined ? null : { number: row.number, facts: parseWindowFacts(row.facts) };
}

/** One column of a window with its spread; null: the window has no such column. */
export async function findWindowColumn(sql: Sql, { monitor, generation }: Generation, number: number, name: string) {
  const row = await sql
    .tables<WindowTables>()
    .selectFrom('drift_window_column')
    .select(['verdict', 'distribution'])
    .where('monitor', '=', monitor)
    .where('generation', '=', generation)
    .where('number', '=', number)
    .where('name', '=', name)
    .executeTakeFirst();
  if (row === undefined) return null;
  return {
    column: StoredVerdict.parse(JSON.parse(row.verdict)),
    distribution: row.distribution === null ? null : Distribution.parse(JSON.parse(row.distribution)),
  };
}

function selectGeneration(sql: Sql, { monitor, generation }: Generation) {
  return sql
    .tables<WindowTables>()
    .selectFrom('drift_window')
    .selectAll()
    .where('monitor', '=', monitor)
    .where('generation', '=', generation);
}

function parseWindowFacts(text: string): WindowFacts {
  return Facts.parse(JSON.parse(text));
}

/** Instants in the store have milliseconds, so that their texts compare as they do. */
function normalizeInstant(instant: string): string {
  return new Date(instant).toISOString();
}
