import { type LakeSession, quoteIdentifier, quoteLiteral } from '../../../platform/lake/index.ts';
import { MOST_POINTS, type Points } from '../../drift-methods/index.ts';
import type { Table } from './table.ts';

/** Embeddings of a side: how many there are, and those that are looked at. */
export interface VectorRows {
  readonly known: number;
  readonly points: Points;
}

/**
 * Lists of finite numbers of equal length. Reads at most the number of rows that the tests use, sampled by a hash of the
 * values and the side.
 */
export async function readVectors(
  session: LakeSession,
  { name, relation }: Table,
  column: string,
  side: 'reference' | 'current',
): Promise<VectorRows | { readonly reason: string }> {
  const vectors = `(SELECT v FROM (SELECT ${quoteIdentifier(column)}::DOUBLE[] AS v FROM ${relation})
    WHERE len(v) > 0 AND len(list_filter(v, lambda x: isfinite(x))) = len(v))`;
  const [facts] = await session.query(
    `SELECT count(*)::INTEGER AS known, min(len(v))::INTEGER AS least, max(len(v))::INTEGER AS most FROM ${vectors}`,
  );
  const [known, dimension] = [Number(facts?.known ?? 0), Number(facts?.least ?? 0)];
  if (known === 0) return { reason: `no row of ${name} has a list of numbers` };
  if (dimension !== Number(facts?.most)) {
    return {
      reason: `the lists of ${name} have from ${dimension} to ${facts?.most} numbers; embeddings must have one length`,
    };
  }
  const rows = Math.min(known, MOST_POINTS);
  const drawn = `SELECT v FROM ${vectors} ORDER BY hash(v, ${quoteLiteral(side)}), v LIMIT ${rows}`;
  const [values = new Float64Array()] = await session.doubles(`SELECT unnest(v) FROM (${drawn})`, rows * dimension);
  return { known, points: { values, dimension } };
}
