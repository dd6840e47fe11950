import { type Decimal, decimal, decimalString } from '../../../platform/units/index.ts';

/**
 * Cost of a holder in a set of rows under the old and the new rules; both columns have the same sum over all holders.
 */
export interface Change {
  /** Key of the holder. */
  readonly holder: string;
  readonly before: string;
  readonly after: string;
}

export interface CostMove {
  readonly from: string;
  readonly to: string;
  readonly amount: string;
}

/**
 * The smallest transfers that turn the old distribution of a set of rows into the new one. Holders with a decrease give,
 * holders with an increase receive, largest change first. Unchanged cost does not move.
 * Example: a 60 -> 50, b 40 -> 0, c 0 -> 50: b gives c 40, a gives c 10.
 */
export function findMoves(changes: readonly Change[]): CostMove[] {
  const deltas = changes.map(({ holder, before, after }) => ({ holder, left: decimal(after).minus(before) }));
  const bySize = (one: Remaining, other: Remaining) =>
    other.left.abs().cmp(one.left.abs()) || (one.holder < other.holder ? -1 : 1);
  const givers = deltas.filter(({ left }) => left.lt(0)).toSorted(bySize);
  const takers = deltas.filter(({ left }) => left.gt(0)).toSorted(bySize);
  const moves: CostMove[] = [];
  for (const giver of givers) {
    for (const taker of takers) {
      const moved = getSmaller(giver.left.neg(), taker.left);
      if (!moved.gt(0)) continue;
      giver.left = giver.left.plus(moved);
      taker.left = taker.left.minus(moved);
      moves.push({ from: giver.holder, to: taker.holder, amount: decimalString(moved) });
    }
  }
  return moves;
}

interface Remaining {
  readonly holder: string;
  left: Decimal;
}

function getSmaller(one: Decimal, other: Decimal): Decimal {
  return one.lt(other) ? one : other;
}

/** Merges the moves of many sets of rows: opposite moves between two holders cancel. Largest first. */
export function mergeMoves(moves: readonly CostMove[]): CostMove[] {
  const net = new Map<string, { from: string; to: string; sum: Decimal }>();
  for (const { from, to, amount } of moves) {
    const [first, second] = from < to ? [from, to] : [to, from];
    const pair = JSON.stringify([first, second]);
    const known = net.get(pair) ?? { from: first, to: second, sum: decimal(0) };
    net.set(pair, { ...known, sum: from === first ? known.sum.plus(amount) : known.sum.minus(amount) });
  }
  return [...net.values()]
    .filter(({ sum }) => !sum.isZero())
    .map(({ from, to, sum }) =>
      sum.gt(0) ? { from, to, amount: decimalString(sum) } : { from: to, to: from, amount: decimalString(sum.neg()) },
    )
    .toSorted(
      (one, other) => decimal(other.amount).cmp(one.amount) || (one.from + one.to < other.from + other.to ? -1 : 1),
    );
}
