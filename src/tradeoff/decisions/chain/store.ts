import type { z } from 'zod';
import {
  type ChainReader,
  GENESIS,
  hashLink,
  type Link,
  type LinkedRow,
  verifyChain,
} from '../../../platform/hash-chain/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import { serializeCanonical } from '../evidence-digest.ts';
import type { DecisionTables } from '../tables.ts';
import type { ChainLink, verifyDecisions } from './schema.ts';

const HEAD = 1;
const ROWS_A_READ = 200;

/** The last link of the chain. */
export async function findChainHead(sql: Sql): Promise<Link> {
  const head = await sql
    .tables<DecisionTables>()
    .selectFrom('decision_head')
    .select(['seq', 'hash'])
    .where('id', '=', HEAD)
    .executeTakeFirst();
  return head ?? { seq: 0, hash: GENESIS };
}

/**
 * Link of the next decision; moves the head in the caller's transaction. The head is written before the row: of two servers that
 * append concurrently, the later one fails here and is retried with the head of the earlier one.
 */
export async function appendLink(sql: Sql, document: unknown): Promise<ChainLink> {
  const head = await findChainHead(sql);
  const sha256 = hashLink(head.hash, serializeCanonical(document));
  const next = { seq: head.seq + 1, hash: sha256 };
  await sql.tables<DecisionTables>().updateTable('decision_head').set(next).where('id', '=', HEAD).execute();
  return { position: next.seq, previousSha256: head.hash, sha256 };
}

/** Verifies the chain of all decisions; see `verifyChain`. */
export async function verifyDecisionChain(
  sql: Sql,
  expected: string | null,
): Promise<z.infer<typeof verifyDecisions.response>> {
  const found = await verifyChain(createReader(sql), expected, ROWS_A_READ);
  const { broken } = found;
  const brokenDecision = broken === null ? null : await findIdAt(sql, broken.seq);
  // The hash of the row is valid, and the row before it is gone: the later rows were numbered again.
  if (broken?.why === 'row moved' && !(await isPreviousStored(sql, broken.seq))) {
    return { ...found, broken: { seq: broken.seq, why: 'row missing' }, brokenDecision };
  }
  return { ...found, brokenDecision };
}

function createReader(sql: Sql): ChainReader {
  const rows = () => sql.tables<DecisionTables>().selectFrom('decision');
  return {
    head: () => findChainHead(sql),
    rowsAfter: async (seq, limit) =>
      (await rows().selectAll().where('position', '>', seq).orderBy('position').limit(limit).execute()).map(
        toLinkedRow,
      ),
    hashAt: async (seq) =>
      (await rows().select('sha256').where('position', '=', seq).executeTakeFirst())?.sha256 ?? null,
  };
}

async function findIdAt(sql: Sql, position: number): Promise<string | null> {
  const query = sql.tables<DecisionTables>().selectFrom('decision').select('id').where('position', '=', position);
  return (await query.executeTakeFirst())?.id ?? null;
}

/** Whether the row that this row names as the row before is in the ledger. */
async function isPreviousStored(sql: Sql, position: number): Promise<boolean> {
  const rows = () => sql.tables<DecisionTables>().selectFrom('decision');
  const moved = await rows().select('previous_sha256').where('position', '=', position).executeTakeFirst();
  const previous = moved?.previous_sha256 ?? null;
  if (previous === null) return false;
  return (
    previous === GENESIS || (await rows().select('id').where('sha256', '=', previous).executeTakeFirst()) !== undefined
  );
}

type DecisionRow = Pick<
  DecisionTables['decision'],
  'id' | 'at' | 'model' | 'version' | 'policy' | 'verdict' | 'document' | 'position' | 'previous_sha256' | 'sha256'
>;

function toLinkedRow(row: DecisionRow): LinkedRow {
  return {
    seq: row.position ?? 0,
    hash: row.sha256 ?? '',
    previous: row.previous_sha256 ?? '',
    text: serializeRow(row),
  };
}

/** Canonical text of the document; of columns that differ from their document, a text that no recorded hash covers. */
function serializeRow(row: DecisionRow): string {
  const document = readDocument(row.document);
  const columns = { decision: row.id, ...pick(row) };
  const isSame = document !== null && Object.entries(columns).every(([name, value]) => document[name] === value);
  return isSame ? serializeCanonical(document) : JSON.stringify([row.document, columns]);
}

function pick({ at, model, version, policy, verdict }: DecisionRow) {
  return { at, model, version, policy, verdict };
}

/** null: not a JSON object. */
function readDocument(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}
