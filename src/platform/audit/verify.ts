import { type Verification, verifyChain } from '../hash-chain/index.ts';
import type { Sql, Store } from '../store/index.ts';
import { type ChainedFacts, toLinkedRow } from './chain.ts';
import { findHead, findRowHash, findRowsAfter } from './store.ts';

const ROWS_A_READ = 1000;

/** Reads the whole trail, in pieces, and follows the chain. `expected` is a head that an earlier check printed. */
export function verifyTrail(store: Store, expected: string | null): Promise<Verification> {
  const reader = {
    head: () => findHead(store),
    rowsAfter: async (seq: number, limit: number) => (await findRowsAfter(store, seq, limit)).map(toLinkedRow),
    hashAt: (seq: number) => findRowHash(store, seq),
  };
  return verifyChain(reader, expected, ROWS_A_READ);
}

/** The rows up to a sequence number, oldest first; rows appended in the meantime are not read. */
export async function* readTrail(sql: Sql, until: number): AsyncGenerator<ChainedFacts[]> {
  for (let seq = 0; seq < until; ) {
    const rows = (await findRowsAfter(sql, seq, ROWS_A_READ)).filter((row) => row.seq <= until);
    if (rows.length === 0) return;
    seq = rows.at(-1)?.seq ?? until;
    yield rows;
  }
}
