import type { Generated } from 'kysely';
import { z } from 'zod';
import { isAmong, type Sql } from '../../../platform/store/index.ts';
import type { DecisionTables } from '../tables.ts';
import { Change, type MaturedKind } from './causes.ts';
import { DecisionReview } from './schema.ts';

interface ReviewTables {
  decision_review_cause: {
    event_sequence: number;
    /** Place within the event. */
    position: number;
    at: string;
    document: string;
    judged_at: string | null;
  };
  decision_review: { sequence: Generated<number>; decision: string; at: string; status: string; document: string };
  decision_quality_stamp: { sequence: number; decision: string; model: string; versions: string; sha256: string };
  decision_matured_stamp: { sequence: number; kind: MaturedKind; sha256: string };
  decision_bill_change: { unit: string; before: string | null; after: string | null };
}

export interface KeptChange {
  readonly eventSequence: number;
  readonly position: number;
  readonly change: Change;
}

/** Keeps the changes of an event until they are judged. Idempotent for the same event. */
export async function insertChanges(sql: Sql, eventSequence: number, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map((change, position) => ({
    ...{ event_sequence: eventSequence, position, at: change.at },
    ...{ document: JSON.stringify(change), judged_at: null },
  }));
  await sql
    .tables<ReviewTables>()
    .insertInto('decision_review_cause')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['event_sequence', 'position']).doNothing())
    .execute();
}

/** Changes that are not judged yet, in order. */
export async function findDueChanges(sql: Sql, limit: number): Promise<KeptChange[]> {
  const rows = await sql
    .tables<ReviewTables>()
    .selectFrom('decision_review_cause')
    .select(['event_sequence', 'position', 'document'])
    .where('judged_at', 'is', null)
    .orderBy('event_sequence')
    .orderBy('position')
    .limit(limit)
    .execute();
  return rows.map(({ event_sequence: eventSequence, position, document }) => ({
    ...{ eventSequence, position },
    change: Change.parse(JSON.parse(document)),
  }));
}

/** Marks changes as judged; false when another server has already judged one of them. */
export async function markJudged(sql: Sql, changes: readonly KeptChange[], at: string): Promise<boolean> {
  for (const { eventSequence, position } of changes) {
    const { numUpdatedRows } = await sql
      .tables<ReviewTables>()
      .updateTable('decision_review_cause')
      .set({ judged_at: at })
      .where('event_sequence', '=', eventSequence)
      .where('position', '=', position)
      .where('judged_at', 'is', null)
      .executeTakeFirstOrThrow();
    if (Number(numUpdatedRows) !== 1) return false;
  }
  return true;
}

/** Removes changes that were judged before an instant. */
export async function removeJudgedChanges(sql: Sql, before: string): Promise<void> {
  await sql.tables<ReviewTables>().deleteFrom('decision_review_cause').where('judged_at', '<', before).execute();
}

export async function insertReview(sql: Sql, decision: string, review: DecisionReview): Promise<void> {
  const row = { decision, at: review.at, status: review.status, document: JSON.stringify(review) };
  await sql.tables<ReviewTables>().insertInto('decision_review').values(row).execute();
}

/** Reviews of a decision, newest first. */
export async function findReviews(sql: Sql, decision: string, limit: number): Promise<DecisionReview[]> {
  const rows = await sql
    .tables<ReviewTables>()
    .selectFrom('decision_review')
    .select('document')
    .where('decision', '=', decision)
    .orderBy('sequence', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ document }) => DecisionReview.parse(JSON.parse(document)));
}

/** The newest review of each of these decisions that has one. */
export async function findNewestReviews(sql: Sql, decisions: readonly string[]): Promise<Map<string, DecisionReview>> {
  if (decisions.length === 0) return new Map();
  const db = sql.tables<ReviewTables>();
  const newest = db
    .selectFrom('decision_review')
    .select(({ fn }) => fn.max('sequence').as('sequence'))
    .where(isAmong(sql, 'decision', decisions))
    .groupBy('decision');
  const rows = await db
    .selectFrom('decision_review')
    .select(['decision', 'document'])
    .where('sequence', 'in', newest)
    .execute();
  return new Map(rows.map(({ decision, document }) => [decision, DecisionReview.parse(JSON.parse(document))]));
}

/** Deliveries that were active for a unit of a bill, at any time. */
export async function findUnitHistory(sql: Sql, unit: string): Promise<Set<string>> {
  const rows = await sql
    .tables<ReviewTables>()
    .selectFrom('decision_bill_change')
    .select(['before', 'after'])
    .where('unit', '=', unit)
    .execute();
  return new Set(rows.flatMap(({ before, after }) => [before, after]).filter((delivery) => delivery !== null));
}

/** Sequences of decisions whose evidence names one of these. */
export async function findByBasis(
  sql: Sql,
  kind: DecisionTables['decision_basis']['kind'],
  names: readonly string[],
): Promise<number[]> {
  if (names.length === 0) return [];
  const query = sql.tables<DecisionTables>().selectFrom('decision_basis').select('sequence').distinct();
  const rows = await query
    .where('kind', '=', kind)
    .where(isAmong(sql, 'name', names))
    .execute();
  return rows.map(({ sequence }) => sequence);
}

/** Sequences of decisions whose evidence names this price book or a version of it. */
export async function findByPriceBook(sql: Sql, book: string): Promise<number[]> {
  const query = sql.tables<DecisionTables>().selectFrom('decision_basis').select('sequence').distinct();
  const rows = await query
    .where('kind', '=', 'priceBook')
    .where((eb) => eb.or([eb('name', '=', book), eb('name', 'like', `${book}@%`)]))
    .execute();
  return rows.map(({ sequence }) => sequence);
}

/**
 * Sequences of the decisions that can be in force: the latest about each version by each policy, and the latest promotion of each.
 * `where` restricts them to a policy or to a decision.
 */
export async function findLatest(
  sql: Sql,
  where: { readonly policy?: string; readonly decision?: string } = {},
): Promise<number[]> {
  let query = sql
    .tables<DecisionTables>()
    .selectFrom('decision')
    .select(({ fn }) => fn.max('sequence').as('sequence'))
    .groupBy(['model', 'version', 'policy']);
  if (where.policy !== undefined) query = query.where('policy', '=', where.policy);
  if (where.decision !== undefined) query = query.where('id', '=', where.decision);
  const [latest, promoted] = await Promise.all([query.execute(), query.where('verdict', '=', 'promote').execute()]);
  return [...new Set([...latest, ...promoted].map(({ sequence }) => sequence))];
}

/** State of the quality evidence of a decision at the last look. */
export interface QualityStamp {
  readonly sequence: number;
  readonly decision: string;
  readonly model: string;
  /** The version and the champion of the decision. */
  readonly versions: readonly string[];
  readonly sha256: string;
}

/** Stored states of these decisions, by sequence; a decision from before states were stored has none. */
export async function findStamps(sql: Sql, sequences: readonly number[]): Promise<Map<number, QualityStamp>> {
  const query = sql.tables<ReviewTables>().selectFrom('decision_quality_stamp').selectAll();
  const rows = await query.where(isAmong(sql, 'sequence', sequences)).execute();
  return new Map(
    rows.map((row) => [row.sequence, { ...row, versions: z.array(z.string()).parse(JSON.parse(row.versions)) }]),
  );
}

export async function putStamp(sql: Sql, { versions, ...stamp }: QualityStamp): Promise<void> {
  await sql
    .tables<ReviewTables>()
    .insertInto('decision_quality_stamp')
    .values({ ...stamp, versions: JSON.stringify(versions) })
    .onConflict((conflict) => conflict.column('sequence').doUpdateSet({ sha256: stamp.sha256 }))
    .execute();
}

/** Digests of the matured evidence of a kind at the last look, by sequence of the decision. */
export async function findMaturedStamps(
  sql: Sql,
  kind: MaturedKind,
  sequences: readonly number[],
): Promise<Map<number, string>> {
  const query = sql.tables<ReviewTables>().selectFrom('decision_matured_stamp').select(['sequence', 'sha256']);
  const rows = await query
    .where('kind', '=', kind)
    .where(isAmong(sql, 'sequence', sequences))
    .execute();
  return new Map(rows.map(({ sequence, sha256 }) => [sequence, sha256]));
}

export async function putMaturedStamp(
  sql: Sql,
  stamp: { readonly sequence: number; readonly kind: MaturedKind; readonly sha256: string },
): Promise<void> {
  await sql
    .tables<ReviewTables>()
    .insertInto('decision_matured_stamp')
    .values(stamp)
    .onConflict((conflict) => conflict.columns(['sequence', 'kind']).doUpdateSet({ sha256: stamp.sha256 }))
    .execute();
}
