import { z } from 'zod';
import type { Subject } from '../../org/schema.ts';
import type { Sql } from '../../platform/store/index.ts';
import { Recommendation, type RecommendationState, Searched } from './schema.ts';

interface RecommendationTables {
  recommendation: {
    id: string;
    advice: string;
    open_advice: string | null;
    state: string;
    version: number;
    found_at: string;
    measure_at: string | null;
    document: string;
  };
  recommendation_look: { id: string; at: string; searched: string };
}

/** A recommendation as it is kept. */
export interface StoredRecommendation {
  readonly document: Recommendation;
  /** Increases with every change (optimistic lock): a writer with an older version does not overwrite a newer one. */
  readonly version: number;
  /** Next measurement of its saving; null: none is planned. */
  readonly measureAt: string | null;
}

const selectTables = (sql: Sql) => sql.tables<RecommendationTables>();

function toKept({ document, version, measure_at }: RecommendationTables['recommendation']): StoredRecommendation {
  return { document: Recommendation.parse(JSON.parse(document)), version, measureAt: measure_at };
}

const isHeldOpen = (state: RecommendationState) => state === 'open' || state === 'approved';

function toRecommendationRow({ document, measureAt }: Omit<StoredRecommendation, 'version'>) {
  const { recommendation: id, key: advice, state, foundAt } = document;
  return {
    ...{ id, advice, state },
    open_advice: isHeldOpen(state) ? advice : null,
    found_at: foundAt,
    measure_at: measureAt,
    document: JSON.stringify(document),
  };
}

export async function insertRecommendation(sql: Sql, document: Recommendation): Promise<void> {
  await selectTables(sql)
    .insertInto('recommendation')
    .values({ ...toRecommendationRow({ document, measureAt: null }), version: 1 })
    .execute();
}

/** Replaces the version that was read; false after a concurrent change, and then nothing is written. */
export async function putRecommendation(sql: Sql, { version, ...rest }: StoredRecommendation): Promise<boolean> {
  const { id, ...values } = toRecommendationRow(rest);
  const done = await selectTables(sql)
    .updateTable('recommendation')
    .set({ ...values, version: version + 1 })
    .where('id', '=', id)
    .where('version', '=', version)
    .executeTakeFirst();
  return Number(done.numUpdatedRows) === 1;
}

export async function findRecommendation(sql: Sql, id: string): Promise<StoredRecommendation | null> {
  const found = await selectTables(sql)
    .selectFrom('recommendation')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return found === undefined ? null : toKept(found);
}

/** Subject of a recommendation; null when there is no such recommendation. */
export async function findRecommendedSubject(sql: Sql, id: string): Promise<Subject | null> {
  return (await findRecommendation(sql, id))?.document.subject ?? null;
}

/** The open or approved recommendation of each key; null: of all keys. */
export async function findOpen(sql: Sql, advice: string | null = null): Promise<StoredRecommendation[]> {
  let query = selectTables(sql).selectFrom('recommendation').selectAll().where('open_advice', 'is not', null);
  if (advice !== null) query = query.where('open_advice', '=', advice);
  return (await query.orderBy('id').execute()).map(toKept);
}

/** The last of an advice that has this state; null: there was none. */
export async function findLastInState(
  sql: Sql,
  advice: string,
  state: RecommendationState,
): Promise<StoredRecommendation | null> {
  const query = selectTables(sql).selectFrom('recommendation').selectAll().where('advice', '=', advice);
  const found = await query
    .where('state', '=', state)
    .orderBy('found_at', 'desc')
    .orderBy('id', 'desc')
    .executeTakeFirst();
  return found === undefined ? null : toKept(found);
}

export const MOST_LISTED = 500;

/** Those found last first, `most` at most; null: all. */
export async function findByState(
  sql: Sql,
  states: readonly RecommendationState[],
  most: number | null = MOST_LISTED,
): Promise<StoredRecommendation[]> {
  let query = selectTables(sql).selectFrom('recommendation').selectAll().where('state', 'in', states);
  query = query.orderBy('found_at', 'desc').orderBy('id');
  return (await (most === null ? query : query.limit(most)).execute()).map(toKept);
}

/** Those whose saving is to be measured now. */
export async function findDueToMeasure(sql: Sql, now: string): Promise<StoredRecommendation[]> {
  const query = selectTables(sql).selectFrom('recommendation').selectAll().where('measure_at', '<=', now);
  return (await query.orderBy('id').execute()).map(toKept);
}

const LAST = 'last';

export async function saveScan(sql: Sql, at: string, searched: readonly Searched[]): Promise<void> {
  const values = { at, searched: JSON.stringify(searched) };
  await selectTables(sql)
    .insertInto('recommendation_look')
    .values({ id: LAST, ...values })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute();
}

/** The last scan; null: no scan yet. */
export async function findLastScan(sql: Sql): Promise<{ at: string; searched: Searched[] } | null> {
  const found = await selectTables(sql)
    .selectFrom('recommendation_look')
    .selectAll()
    .where('id', '=', LAST)
    .executeTakeFirst();
  if (found === undefined) return null;
  return { at: found.at, searched: z.array(Searched).parse(JSON.parse(found.searched)) };
}
