import { GENESIS, type Link } from '../hash-chain/index.ts';
import type { Sql } from '../store/index.ts';
import { type AuditFacts, type ChainedFacts, hashAuditRow } from './chain.ts';

interface AuditTables {
  audit_row: {
    seq: number | string;
    first_at: string;
    last_at: string;
    actor: string;
    role: string | null;
    method: string;
    route: string;
    scope: string;
    subject: string;
    body_digest: string | null;
    status: number;
    writes: number;
    request_id: string;
    hash: string;
  };
  audit_head: { id: number; seq: number | string; hash: string };
}

const HEAD = 1;

const toFacts = (row: AuditTables['audit_row']): ChainedFacts => ({
  seq: Number(row.seq),
  firstAt: row.first_at,
  lastAt: row.last_at,
  actor: row.actor,
  role: row.role,
  method: row.method,
  route: row.route,
  scope: row.scope,
  subject: row.subject,
  bodyDigest: row.body_digest,
  status: row.status,
  writes: row.writes,
  requestId: row.request_id,
  hash: row.hash,
});

/** Head of the chain, stored separately from the rows. */
export async function findHead(sql: Sql): Promise<Link> {
  const head = await sql
    .tables<AuditTables>()
    .selectFrom('audit_head')
    .select(['seq', 'hash'])
    .where('id', '=', HEAD)
    .executeTakeFirst();
  return head === undefined ? { seq: 0, hash: GENESIS } : { seq: Number(head.seq), hash: head.hash };
}

/**
 * Appends rows inside a transaction. The head is written before the rows: of two servers that append concurrently, the later one
 * fails there and is retried with the head of the earlier one.
 */
export async function appendRows(sql: Sql, rows: readonly Omit<AuditFacts, 'seq'>[]): Promise<void> {
  let last = await findHead(sql);
  const chained = rows.map((row) => {
    const facts = { ...row, seq: last.seq + 1 };
    last = { seq: facts.seq, hash: hashAuditRow(last.hash, facts) };
    return { ...facts, hash: last.hash };
  });
  await sql.tables<AuditTables>().updateTable('audit_head').set(last).where('id', '=', HEAD).execute();
  await sql
    .tables<AuditTables>()
    .insertInto('audit_row')
    .values(
      chained.map((row) => ({
        seq: row.seq,
        first_at: row.firstAt,
        last_at: row.lastAt,
        actor: row.actor,
        role: row.role,
        method: row.method,
        route: row.route,
        scope: row.scope,
        subject: row.subject,
        body_digest: row.bodyDigest,
        status: row.status,
        writes: row.writes,
        request_id: row.requestId,
        hash: row.hash,
      })),
    )
    .execute();
}

/** Rows after a number, oldest first. */
export async function findRowsAfter(sql: Sql, seq: number, limit: number): Promise<ChainedFacts[]> {
  const rows = await sql
    .tables<AuditTables>()
    .selectFrom('audit_row')
    .selectAll()
    .where('seq', '>', seq)
    .orderBy('seq')
    .limit(limit)
    .execute();
  return rows.map(toFacts);
}

export interface AuditFilter {
  readonly actor?: string | undefined;
  /** Instant; rows whose last write is older are left out. */
  readonly since?: string | undefined;
}

/** Rows before a number (null: from the end), newest first. */
export async function findRowsBefore(
  sql: Sql,
  filter: AuditFilter,
  before: number | null,
  limit: number,
): Promise<ChainedFacts[]> {
  let query = sql.tables<AuditTables>().selectFrom('audit_row').selectAll().orderBy('seq', 'desc').limit(limit);
  if (before !== null) query = query.where('seq', '<', before);
  if (filter.actor !== undefined) query = query.where('actor', '=', filter.actor);
  if (filter.since !== undefined) query = query.where('last_at', '>=', filter.since);
  return (await query.execute()).map(toFacts);
}

export async function findRowHash(sql: Sql, seq: number): Promise<string | null> {
  const row = await sql
    .tables<AuditTables>()
    .selectFrom('audit_row')
    .select('hash')
    .where('seq', '=', seq)
    .executeTakeFirst();
  return row?.hash ?? null;
}
