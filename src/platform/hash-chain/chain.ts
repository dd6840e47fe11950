import { createHash } from 'node:crypto';

/** Hash before the first row. */
export const GENESIS = '0'.repeat(64);

/** Number and hash of a row. */
export interface Link {
  /** From 1, without gaps. */
  readonly seq: number;
  /** SHA-256, lower-case hex. */
  readonly hash: string;
}

/** A stored row as the chain sees it. */
export interface LinkedRow extends Link {
  /** Canonical text of the fields that the hash covers. */
  readonly text: string;
  /** Stored hash of the row before; left out for tables that do not store it. */
  readonly previous?: string;
}

export interface Break {
  /** Number of the first row that does not follow from the row before it. */
  readonly seq: number;
  readonly why: 'row missing' | 'row changed' | 'row moved';
}

/**
 * Hash of a row: SHA-256, lower-case hex, of the hash of the row before, a newline, and the text of the row. A row that was changed,
 * removed, inserted or moved therefore invalidates every later hash.
 *
 * @example hashLink(GENESIS, '{"verdict":"hold"}') // the hash of the first row
 */
export function hashLink(previous: string, text: string): string {
  return createHash('sha256').update(`${previous}\n${text}`).digest('hex');
}

/**
 * Follows the chain over rows in the order of their numbers. Returns the last link when all rows are valid, else the first break.
 * A row is `moved` when its own hash is valid and it does not follow the row before it.
 */
export function followChain(from: Link, rows: readonly LinkedRow[]): Break | Link {
  let last = from;
  for (const row of rows) {
    const { seq, hash, text, previous = last.hash } = row;
    if (seq !== last.seq + 1) return { seq: last.seq + 1, why: 'row missing' };
    if (hashLink(previous, text) !== hash) return { seq, why: 'row changed' };
    if (previous !== last.hash) return { seq, why: 'row moved' };
    last = { seq, hash };
  }
  return last;
}
