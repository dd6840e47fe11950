import type { z } from 'zod';
import type { Sql, Store } from '../store/index.ts';
import { type Break, type ChainedFacts, followChain, GENESIS, type Link } from './chain.ts';
import type { verifyAudit } from './schema.ts';
import { findHead, findRowHash, findRowsAfter } from './store.ts';

export type Verification = z.infer<typeof verifyAudit.response>;

const ROWS_A_READ = 1000;

/** Reads the whole trail, in pieces, and follows the chain. `expected` is a head that an earlier check printed. */
export async function verifyTrail(store: Store, expected: string | null): Promise<Verification> {
  const end = await findHead(store);
  let last: Link = { seq: 0, hash: GENESIS };
  for await (const rows of readTrail(store, end.seq)) {
    const reached = followChain(last, rows);
    if ('why' in reached) return buildVerification(last, reached);
    last = reached;
  }
  if (last.seq !== end.seq || last.hash !== end.hash)
    return buildVerification(last, { seq: last.seq + 1, why: 'end cut off' });
  const [seq, hash] =
    expected === null ? [end.seq, end.hash] : [Number(expected.split(':')[0]), expected.split(':')[1]];
  if ((await findRowHash(store, seq)) !== hash) return buildVerification(last, { seq, why: 'head not in the trail' });
  return buildVerification(last, null);
}

function buildVerification(last: Link, broken: Verification['broken'] | Break): Verification {
  return { intact: broken === null, rows: last.seq, head: `${last.seq}:${last.hash}`, broken };
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
