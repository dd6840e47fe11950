import type { ColumnPair } from './column.ts';
import type { MethodName } from './methods.ts';
import { type CountPair, countLevelsUpTo, countValues, sumCounts } from './samples.ts';
import { smallestExpected } from './tests/chi-square.ts';

/** A numerical column with no more distinct values than this, each held by some rows, is compared value by value. */
const MOST_LEVELS = 20;
const LEAST_ROWS_A_LEVEL = 5;
/** The usual rule for the chi-square law. */
const LEAST_EXPECTED = 5;
/** Rows of the smaller side above which permutations take too long; rare levels are then pooled. */
const MOST_PERMUTED = 100_000;

/**
 * The calibrated choice: a test that takes both sides for samples, at any sizes. Kolmogorov and Smirnov's by its finite law
 * for numbers; the two-sample chi-square test for columns of few values, with the permutation law where a cell is expected
 * to hold fewer than five; on large samples rare levels are put together instead, by their rows on both sides, which the test
 * is conditional on.
 */
export function chooseCalibrated(column: ColumnPair): { name: MethodName; column: ColumnPair } {
  if (column.type === 'categorical') return chooseChiSquare(column.counts);
  const { reference, current } = column.pair;
  const levels = countLevelsUpTo(column.pair, MOST_LEVELS);
  const sparse = levels * LEAST_ROWS_A_LEVEL > reference.length + current.length;
  if (levels > MOST_LEVELS || sparse) return { name: 'ks', column };
  return chooseChiSquare(countValues(column.pair));
}

function chooseChiSquare(counts: CountPair): { name: MethodName; column: ColumnPair } {
  const rows = Math.min(sumCounts(counts.reference), sumCounts(counts.current));
  const isRare = smallestExpected(counts) < LEAST_EXPECTED;
  if (!isRare) return { name: 'chi2_contingency', column: { type: 'categorical', counts, codes: null } };
  const all = sumCounts(counts.reference) + sumCounts(counts.current);
  const pooled = rows <= MOST_PERMUTED ? null : poolRareLevels(counts, (LEAST_EXPECTED * all) / rows);
  if (pooled === null || pooled.reference.length < 2) {
    return { name: 'chi2_permutation', column: { type: 'categorical', counts, codes: null } };
  }
  return { name: 'chi2_contingency', column: { type: 'categorical', counts: pooled, codes: null } };
}

/** Levels with fewer rows on both sides together become one, with the next smallest where that is too small still. */
export function poolRareLevels({ reference, current }: CountPair, least: number): CountPair {
  const levels = Array.from(reference, (count, at) => [count, current[at] ?? 0] as const);
  const sizeOf = ([a, b]: readonly [number, number]) => a + b;
  const ascending = levels.toSorted((a, b) => sizeOf(a) - sizeOf(b));
  let pool: readonly [number, number] = [0, 0];
  let taken = 0;
  for (const level of ascending) {
    if (sizeOf(level) >= least && (sizeOf(pool) === 0 || sizeOf(pool) >= least)) break;
    pool = [pool[0] + level[0], pool[1] + level[1]];
    taken += 1;
  }
  const kept = sizeOf(pool) === 0 ? ascending : [pool, ...ascending.slice(taken)];
  return { reference: Float64Array.from(kept, ([a]) => a), current: Float64Array.from(kept, ([, b]) => b) };
}

const SMALL_REFERENCE = 1000;
const FEW_NUMBERS = 5;

/** The default test of Evidently. It depends on the size of the reference and not on the size of the current data. */
export function chooseLikeEvidently(column: ColumnPair): { name: MethodName; column: ColumnPair } {
  if (column.type === 'categorical') {
    const { reference } = column.counts;
    const rows = reference.reduce((sum, count) => sum + count, 0);
    if (rows > SMALL_REFERENCE) return { name: 'jensenshannon', column };
    return { name: reference.length > 2 ? 'chisquare' : 'z', column };
  }
  const small = column.pair.reference.length <= SMALL_REFERENCE;
  const values = countLevelsUpTo(column.pair, FEW_NUMBERS);
  if (values > FEW_NUMBERS) return { name: small ? 'ks' : 'wasserstein', column };
  if (!small) return { name: 'jensenshannon', column };
  const counts = countValues(column.pair);
  return { name: values > 2 ? 'chisquare' : 'z', column: { type: 'categorical', counts, codes: null } };
}
