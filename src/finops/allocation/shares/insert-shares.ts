import { subjectFields } from '../../../org/schema.ts';
import { type LakeSession, quoteLiteral } from '../../../platform/lake/index.ts';
import { computeFractions, type Fraction, toWholeNumbers } from './fractions.ts';
import type { Outcome, Receiver } from './receivers.ts';

const ROWS_A_STATEMENT = 500;

export interface SharedPool {
  readonly ruleIndex: number;
  readonly pool: string;
  readonly layer: number;
  readonly method: string;
  readonly outcome: Outcome;
}

/** Fills `share` with the fractions of pools; a pool without receivers gets one share over the whole pool. */
export async function insertShares(session: LakeSession, pools: readonly SharedPool[]): Promise<void> {
  let id = await findNextShareId(session);
  const rows = pools.flatMap((pool) => {
    const receivers = listReceivers(pool.outcome);
    const fractions = computeFractions(toWholeNumbers(receivers.map(({ weight }) => weight)));
    return receivers.map((receiver, place) => buildShareRow(id++, pool, receiver, place, fractions[place]));
  });
  for (let start = 0; start < rows.length; start += ROWS_A_STATEMENT) {
    await session.query(`INSERT INTO share VALUES ${rows.slice(start, start + ROWS_A_STATEMENT).join(', ')}`);
  }
}

export async function findNextShareId(session: LakeSession): Promise<number> {
  const [row] = await session.query('SELECT coalesce(max(id) + 1, 0)::INTEGER AS id FROM share');
  return Number(row?.id ?? 0);
}

function listReceivers(outcome: Outcome): readonly Receiver[] {
  if ('receivers' in outcome) return outcome.receivers;
  return [{ subject: {}, weight: '1', usage: null, leftOver: outcome.reason }];
}

function buildShareRow(
  id: number,
  pool: SharedPool,
  receiver: Receiver,
  place: number,
  fraction: Fraction | undefined,
): string {
  if (fraction === undefined) throw new Error('every receiver has a fraction');
  const { from, to, ratio } = fraction;
  const text = (value: string | null | undefined) =>
    value === null || value === undefined ? 'NULL' : quoteLiteral(value);
  const kind = receiver.leftOver === undefined ? 'allocated' : 'shared-unallocated';
  const values = [
    id,
    pool.ruleIndex,
    quoteLiteral(pool.pool),
    place,
    ...[from.high, from.low, to.high, to.low],
    ratio,
    quoteLiteral(kind),
    quoteLiteral(pool.method),
    pool.layer,
    text(receiver.usage?.unit),
    receiver.usage === null ? 'NULL' : receiver.usage.quantity,
    'NULL',
    'NULL',
    text(receiver.leftOver),
    ...subjectFields.map((field) => text(receiver.subject[field])),
  ];
  return `(${values.join(', ')})`;
}
