import { createHash } from 'node:crypto';

/** Fields of a row of the audit trail. The hash covers all of them. */
export interface AuditFacts {
  readonly seq: number;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly actor: string;
  readonly role: string | null;
  readonly method: string;
  readonly route: string;
  readonly scope: string;
  /** JSON object of ids, keys sorted. */
  readonly subject: string;
  readonly bodyDigest: string | null;
  readonly status: number;
  readonly writes: number;
  readonly requestId: string;
}

export interface ChainedFacts extends AuditFacts {
  readonly hash: string;
}

/** Hash before the first row. */
export const GENESIS = '0'.repeat(64);

/**
 * Hash of a row: SHA-256, in hexadecimal, of the hash of the row before, a newline, and the row as a JSON array in this
 * order. So a row that was changed, taken out, put in or moved breaks every hash from there on.
 * Example: `chainHash(GENESIS, facts)` is the hash of the first row.
 */
export function hashChainRow(previous: string, facts: AuditFacts): string {
  const row = JSON.stringify([
    facts.seq,
    facts.firstAt,
    facts.lastAt,
    facts.actor,
    facts.role,
    facts.method,
    facts.route,
    facts.scope,
    facts.subject,
    facts.bodyDigest,
    facts.status,
    facts.writes,
    facts.requestId,
  ]);
  return createHash('sha256').update(`${previous}\n${row}`).digest('hex');
}

/** Canonical text of a set of ids, independent of their order. */
export function serializeSubject(subject: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(subject).toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

export interface Break {
  readonly seq: number;
  readonly why: 'row missing' | 'row changed';
}

export interface Link {
  readonly seq: number;
  readonly hash: string;
}

/** The first row that does not follow from the one before it, or the last link when all do. */
export function followChain(from: Link, rows: readonly ChainedFacts[]): Break | Link {
  let last = from;
  for (const row of rows) {
    if (row.seq !== last.seq + 1) return { seq: last.seq + 1, why: 'row missing' };
    if (hashChainRow(last.hash, row) !== row.hash) return { seq: row.seq, why: 'row changed' };
    last = { seq: row.seq, hash: row.hash };
  }
  return last;
}
