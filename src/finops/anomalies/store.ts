import type { z } from 'zod';
import type { Sql } from '../../platform/store/index.ts';
import { Anomaly, AnomalyEvidence, AnomalyFeedback, LedgerJudging } from './schema.ts';

interface AnomalyTables {
  anomaly: {
    id: string;
    state: string;
    start_day: string;
    end_day: string;
    facts: string;
    evidence: string | null;
    feedback: string | null;
  };
  anomaly_judging: { id: number; stamp: string; judging: string };
}

const Facts = Anomaly.omit({
  id: true,
  state: true,
  start: true,
  end: true,
  feedback: true,
  counts: true,
  days: true,
  related: true,
  repeats: true,
  isMinor: true,
  assigned: true,
  work: true,
});

/** A stored anomaly. */
export type StoredAnomaly = z.infer<typeof Facts> &
  Pick<Anomaly, 'id' | 'state' | 'start' | 'end' | 'feedback'> & {
    /** Null without an amount; also left out of lists. */
    readonly evidence: AnomalyEvidence | null;
  };

/** Whether the bills showed it when they were judged last. */
export function isShown({ state }: Pick<StoredAnomaly, 'state'>): boolean {
  return state === 'open' || state === 'ended';
}

/** Latest first. The evidence is optional, because it is most of a row. */
export async function findAnomalies(sql: Sql, withEvidence: boolean): Promise<StoredAnomaly[]> {
  const columns = ['id', 'state', 'start_day', 'end_day', 'facts', 'feedback'] as const;
  const query = sql.tables<AnomalyTables>().selectFrom('anomaly').select(columns);
  const ordered = (withEvidence ? query.select('evidence') : query).orderBy('start_day', 'desc').orderBy('id');
  return (await ordered.execute()).map(rowToAnomaly);
}

export async function findAnomaly(sql: Sql, id: string): Promise<StoredAnomaly | null> {
  const row = await sql
    .tables<AnomalyTables>()
    .selectFrom('anomaly')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : rowToAnomaly(row);
}

function rowToAnomaly(
  row: Omit<AnomalyTables['anomaly'], 'evidence'> & { readonly evidence?: string | null },
): StoredAnomaly {
  return {
    ...Facts.parse(JSON.parse(row.facts)),
    id: row.id,
    state: Anomaly.shape.state.parse(row.state),
    start: row.start_day,
    end: row.end_day,
    feedback: row.feedback === null ? null : AnomalyFeedback.parse(JSON.parse(row.feedback)),
    evidence: row.evidence == null ? null : AnomalyEvidence.parse(JSON.parse(row.evidence)),
  };
}

export async function putAnomaly(sql: Sql, anomaly: StoredAnomaly): Promise<void> {
  const { id, state, start, end, feedback, evidence, ...facts } = anomaly;
  const row = {
    id,
    state,
    start_day: start,
    end_day: end,
    facts: JSON.stringify(facts),
    evidence: evidence === null ? null : JSON.stringify(evidence),
    feedback: feedback === null ? null : JSON.stringify(feedback),
  };
  await sql
    .tables<AnomalyTables>()
    .insertInto('anomaly')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}

export async function putFeedback(sql: Sql, id: string, feedback: AnomalyFeedback | null): Promise<void> {
  await sql
    .tables<AnomalyTables>()
    .updateTable('anomaly')
    .set({ feedback: feedback === null ? null : JSON.stringify(feedback) })
    .where('id', '=', id)
    .execute();
}

export interface Judging {
  /** Version of the ledger and the verdicts at the judging. */
  readonly stamp: string;
  readonly judging: LedgerJudging;
}

export async function findJudging(sql: Sql): Promise<Judging | null> {
  const row = await sql.tables<AnomalyTables>().selectFrom('anomaly_judging').selectAll().executeTakeFirst();
  return row === undefined ? null : { stamp: row.stamp, judging: LedgerJudging.parse(JSON.parse(row.judging)) };
}

export async function putJudging(sql: Sql, { stamp, judging }: Judging): Promise<void> {
  const row = { id: 1, stamp, judging: JSON.stringify(judging) };
  await sql
    .tables<AnomalyTables>()
    .insertInto('anomaly_judging')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}
