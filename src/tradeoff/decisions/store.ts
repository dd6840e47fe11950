import type { Generated } from 'kysely';
import type { Sql } from '../../platform/store/index.ts';
import { TakenRecord } from './schema.ts';

interface DecisionTables {
  decision: {
    /** Grows with every decision; the order in which they were taken. */
    sequence: Generated<number>;
    id: string;
    at: string;
    model: string;
    version: string;
    policy: string;
    verdict: string;
    /** The whole decision as it was taken; never changed afterwards. */
    document: string;
  };
}

export async function insertDecision(sql: Sql, decision: TakenRecord): Promise<void> {
  await sql
    .tables<DecisionTables>()
    .insertInto('decision')
    .values({
      id: decision.decision,
      at: decision.at,
      model: decision.model,
      version: decision.version,
      policy: decision.policy,
      verdict: decision.verdict,
      document: JSON.stringify(decision),
    })
    .execute();
}

export async function findDecision(sql: Sql, id: string): Promise<TakenRecord | null> {
  const row = await sql
    .tables<DecisionTables>()
    .selectFrom('decision')
    .select('document')
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : TakenRecord.parse(JSON.parse(row.document));
}

/**
 * The ids among these that the evidence of a decision contains as a whole word, with the newest such decision. Documents
 * are read in batches because a ledger is long.
 */
export async function findDecisionsNaming(sql: Sql, ids: ReadonlySet<string>): Promise<Map<string, string>> {
  const naming = new Map<string, string>();
  let after = 0;
  for (;;) {
    const rows = await sql
      .tables<DecisionTables>()
      .selectFrom('decision')
      .select(['sequence', 'id', 'document'])
      .where('sequence', '>', after)
      .orderBy('sequence')
      .limit(DOCUMENTS_A_STATEMENT)
      .execute();
    for (const { id, document } of rows) {
      for (const [word] of document.matchAll(/[\w-]+/g)) if (ids.has(word)) naming.set(word, id);
    }
    const last = rows.at(-1);
    if (last === undefined) return naming;
    after = last.sequence;
  }
}

/** Decisions whose evidence names one of these deliveries, oldest first, each with the first that it names. */
export async function findDecisionsByDelivery(
  sql: Sql,
  deliveries: ReadonlySet<string>,
): Promise<{ decision: string; delivery: string }[]> {
  const found: { decision: string; delivery: string }[] = [];
  let after = 0;
  for (;;) {
    const rows = await sql
      .tables<DecisionTables>()
      .selectFrom('decision')
      .select(['sequence', 'id', 'document'])
      .where('sequence', '>', after)
      .orderBy('sequence')
      .limit(DOCUMENTS_A_STATEMENT)
      .execute();
    for (const { id, document } of rows) {
      const delivery = document.match(/\bd_[0-9a-f]{20}\b/g)?.find((one) => deliveries.has(one));
      if (delivery !== undefined) found.push({ decision: id, delivery });
    }
    const last = rows.at(-1);
    if (last === undefined) return found;
    after = last.sequence;
  }
}

const DOCUMENTS_A_STATEMENT = 500;

export interface DecisionPage {
  readonly model: string | null;
  readonly version?: string;
  readonly verdict: string | null;
  /** Sequence of the last decision of the page before; null for the first page. */
  readonly after: number | null;
  readonly limit: number;
}

/** Newest first. */
export async function pageDecisions(
  sql: Sql,
  page: DecisionPage,
): Promise<{ sequence: number; decision: TakenRecord }[]> {
  let query = sql
    .tables<DecisionTables>()
    .selectFrom('decision')
    .select(['sequence', 'document'])
    .orderBy('sequence', 'desc')
    .limit(page.limit);
  const { model, version, verdict, after } = page;
  if (model !== null) query = query.where('model', '=', model);
  if (version !== undefined) query = query.where('version', '=', version);
  if (verdict !== null) query = query.where('verdict', '=', verdict);
  if (after !== null) query = query.where('sequence', '<', after);
  const rows = await query.execute();
  return rows.map(({ sequence, document }) => ({ sequence, decision: TakenRecord.parse(JSON.parse(document)) }));
}
