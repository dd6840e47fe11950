import { type Break, followChain, GENESIS, type Link, type LinkedRow } from './chain.ts';

/** Reads a chain that is stored in a table, with its head in a separate row. */
export interface ChainReader {
  /** Head, stored apart from the rows. */
  head(): Promise<Link>;
  /** Rows after a number, in order, at most `limit`. */
  rowsAfter(seq: number, limit: number): Promise<readonly LinkedRow[]>;
  /** Hash of a row; null when there is no such row. */
  hashAt(seq: number): Promise<string | null>;
}

export interface Verification {
  /** True when the chain is valid from the first row to the head. */
  readonly intact: boolean;
  /** Rows that were checked. */
  readonly rows: number;
  /** Number and hash of the last valid row: `812:9f86d0…`. */
  readonly head: string;
  readonly broken: Break | { readonly seq: number; readonly why: 'end cut off' | 'head not in the trail' } | null;
}

/**
 * Reads the whole chain in batches and follows it. Rows appended in the meantime are not read. `expected` is the head of an earlier
 * verification, `NUMBER:HASH`: with it, rows that were removed from the end together with the stored head are found too.
 */
export async function verifyChain(
  reader: ChainReader,
  expected: string | null,
  rowsARead: number,
): Promise<Verification> {
  const end = await reader.head();
  let last: Link = { seq: 0, hash: GENESIS };
  while (last.seq < end.seq) {
    const rows = (await reader.rowsAfter(last.seq, rowsARead)).filter(({ seq }) => seq <= end.seq);
    if (rows.length === 0) break;
    const reached = followChain(last, rows);
    if ('why' in reached) return buildVerification(last, reached);
    last = reached;
  }
  if (last.seq !== end.seq || last.hash !== end.hash) {
    return buildVerification(last, { seq: last.seq + 1, why: 'end cut off' });
  }
  if (expected === null) return buildVerification(last, null);
  const [seq, hash] = expected.split(':');
  const found = Number(seq) === 0 ? GENESIS : await reader.hashAt(Number(seq));
  return buildVerification(last, found === hash ? null : { seq: Number(seq), why: 'head not in the trail' });
}

function buildVerification(last: Link, broken: Verification['broken']): Verification {
  return { intact: broken === null, rows: last.seq, head: `${last.seq}:${last.hash}`, broken };
}
