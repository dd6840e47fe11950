import { type Break, followChain, hashLink, type Link, type LinkedRow } from '../hash-chain/index.ts';

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

/** Canonical text of a row: its fields as a JSON array in this order. */
function serializeFacts(facts: AuditFacts): string {
  return JSON.stringify([
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
}

/**
 * Hash of a row of the audit trail over its number and all of its fields.
 * Example: `hashAuditRow(GENESIS, facts)` is the hash of the first row.
 */
export function hashAuditRow(previous: string, facts: AuditFacts): string {
  return hashLink(previous, serializeFacts(facts));
}

/** Canonical text of a set of ids, independent of their order. */
export function serializeSubject(subject: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(subject).toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

/** The first row that does not follow from the one before it, or the last link when all do. */
export function followTrail(from: Link, rows: readonly ChainedFacts[]): Break | Link {
  return followChain(from, rows.map(toLinkedRow));
}

export function toLinkedRow(row: ChainedFacts): LinkedRow {
  return { seq: row.seq, hash: row.hash, text: serializeFacts(row) };
}
