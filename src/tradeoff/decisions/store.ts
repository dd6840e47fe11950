import { buildModelOwnerCondition } from '../../mlops/runs/index.ts';
import type { OwnerLimit } from '../../platform/http/index.ts';
import { isAmong, type Sql } from '../../platform/store/index.ts';
import { listBasis } from './basis.ts';
import type { ChainLink } from './chain/schema.ts';
import { appendLink } from './chain/store.ts';
import { TakenRecord } from './schema.ts';
import type { DecisionTables } from './tables.ts';

/** A decision as it is stored. */
export interface StoredDecision {
  readonly sequence: number;
  readonly record: TakenRecord;
  /** The recorded JSON: digests and the chain cover it and not the parsed record, which gets the defaults of newer versions. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly link: ChainLink | null;
}

/** Appends a decision to the ledger and its hash chain, in the caller's transaction. Returns its sequence. */
export async function insertDecision(sql: Sql, decision: TakenRecord): Promise<number> {
  const { position, previousSha256, sha256 } = await appendLink(sql, decision);
  const { sequence } = await sql
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
      position,
      previous_sha256: previousSha256,
      sha256,
    })
    .returning('sequence')
    .executeTakeFirstOrThrow();
  const basis = listBasis(decision).map((named) => ({ sequence, ...named }));
  if (basis.length > 0) await sql.tables<DecisionTables>().insertInto('decision_basis').values(basis).execute();
  return sequence;
}

const COLUMNS = ['sequence', 'document', 'position', 'previous_sha256', 'sha256'] as const;

export async function findDecision(sql: Sql, id: string): Promise<StoredDecision | null> {
  const row = await sql
    .tables<DecisionTables>()
    .selectFrom('decision')
    .select(COLUMNS)
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : toStored(row);
}

/** Model of a decision; null: there is no such decision. */
export async function findDecidedModel(sql: Sql, id: string): Promise<string | null> {
  const query = sql.tables<DecisionTables>().selectFrom('decision').select('model').where('id', '=', id);
  return (await query.executeTakeFirst())?.model ?? null;
}

/** Decisions by sequence. A damaged document is left out, so that it blocks no other decision; `decision verify` names it. */
export async function findDecisionsAt(sql: Sql, sequences: readonly number[]): Promise<StoredDecision[]> {
  if (sequences.length === 0) return [];
  const query = sql.tables<DecisionTables>().selectFrom('decision').select(COLUMNS);
  const rows = await query
    .where(isAmong(sql, 'sequence', sequences))
    .orderBy('sequence')
    .execute();
  return rows.filter(({ document }) => isReadable(document)).map(toStored);
}

function isReadable(document: string): boolean {
  try {
    return TakenRecord.safeParse(JSON.parse(document)).success;
  } catch {
    return false;
  }
}

function toStored(
  row: Pick<DecisionTables['decision'], Exclude<(typeof COLUMNS)[number], 'sequence'>> & { sequence: number },
): StoredDecision {
  const document = JSON.parse(row.document);
  const { sequence, position, previous_sha256: previousSha256, sha256 } = row;
  const isChained = position !== null && previousSha256 !== null && sha256 !== null;
  return {
    sequence,
    document,
    record: TakenRecord.parse(document),
    link: isChained ? { position, previousSha256, sha256 } : null,
  };
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
  /** Only about models of these owners; left out or null: of all. */
  readonly owners?: OwnerLimit | null;
  /** Half-open interval of the time of the decisions; left out: unbounded. */
  readonly since?: string | null;
  readonly until?: string | null;
  /** Sequence of the last decision of the page before; null for the first page. */
  readonly after: number | null;
  readonly limit: number;
}

/** Times are stored with milliseconds, so that their text has the order of time. */
function toStoredInstant(instant: string): string {
  return new Date(instant).toISOString();
}

/** The newest decision of each of these models. */
export async function findLatestDecisions(sql: Sql, models: readonly string[]): Promise<StoredDecision[]> {
  const newest = await sql
    .tables<DecisionTables>()
    .selectFrom('decision')
    .select(({ fn }) => fn.max('sequence').as('sequence'))
    .where(isAmong(sql, 'model', models))
    .groupBy('model')
    .execute();
  return findDecisionsAt(
    sql,
    newest.map(({ sequence }) => Number(sequence)),
  );
}

/** Newest first. */
export async function pageDecisions(sql: Sql, page: DecisionPage): Promise<StoredDecision[]> {
  let query = sql
    .tables<DecisionTables>()
    .selectFrom('decision')
    .select(COLUMNS)
    .orderBy('sequence', 'desc')
    .limit(page.limit);
  const { model, version, verdict, owners = null, since = null, until = null, after } = page;
  if (owners !== null) query = query.where(buildModelOwnerCondition('decision.model', owners));
  if (model !== null) query = query.where('model', '=', model);
  if (version !== undefined) query = query.where('version', '=', version);
  if (verdict !== null) query = query.where('verdict', '=', verdict);
  if (since !== null) query = query.where('at', '>=', toStoredInstant(since));
  if (until !== null) query = query.where('at', '<', toStoredInstant(until));
  if (after !== null) query = query.where('sequence', '<', after);
  return (await query.execute()).map(toStored);
}
