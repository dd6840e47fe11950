import type { Ratings } from '../ratings/generate.ts';

/** Sparse rows (compressed sparse row): row `r` holds entries `rowStart[r] .. rowStart[r + 1] - 1`. */
export interface SparseRows {
  readonly rowStart: Int32Array;
  readonly columns: Int32Array;
  readonly weights: Float32Array;
}

/** The same observed (user, item, weight) triples, seen from both sides. */
export interface Interactions {
  readonly userCount: number;
  readonly itemCount: number;
  readonly byUser: SparseRows;
  readonly byItem: SparseRows;
}

/**
 * Confidence weight of an observed rating of 1..5 stars in the implicit-feedback loss: its strength as "recommend
 * this".
 */
const WEIGHT_OF_STARS = [0, 0.2, 0.4, 0.7, 1, 1.3] as const;

/** Turns ratings into weighted interactions, indexed by user and by item. */
export function buildInteractions(ratings: Ratings): Interactions {
  const weights = Float32Array.from(ratings.stars, (stars) => WEIGHT_OF_STARS[stars] ?? 0);
  return {
    userCount: ratings.userCount,
    itemCount: ratings.itemCount,
    byUser: toSparseRows(ratings.userCount, ratings.users, ratings.items, weights),
    byItem: toSparseRows(ratings.itemCount, ratings.items, ratings.users, weights),
  };
}

function toSparseRows(rowCount: number, rows: Int32Array, columns: Int32Array, weights: Float32Array): SparseRows {
  const rowStart = new Int32Array(rowCount + 1);
  for (const row of rows) rowStart[row + 1] = (rowStart[row + 1] ?? 0) + 1;
  for (let row = 0; row < rowCount; row++) rowStart[row + 1] = (rowStart[row + 1] ?? 0) + (rowStart[row] ?? 0);
  const next = rowStart.slice();
  const sorted = { columns: new Int32Array(rows.length), weights: new Float32Array(rows.length) };
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] ?? 0;
    const position = next[row] ?? 0;
    next[row] = position + 1;
    sorted.columns[position] = columns[i] ?? 0;
    sorted.weights[position] = weights[i] ?? 0;
  }
  return { rowStart, ...sorted };
}
