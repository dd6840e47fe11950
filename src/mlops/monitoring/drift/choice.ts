import type { ColumnPair } from './column.ts';
import type { MethodName } from './methods.ts';
import { type CountPair, countsOf, levelsUpTo } from './samples.ts';
import { smallestExpected } from './tests/chi-square.ts';

/** A numerical column with no more distinct values than this, each held by some rows, is compared value by value. */
const MOST_LEVELS = 20;
const LEAST_ROWS_A_LEVEL = 5;
/** The usual rule for the chi-square law. */
const LEAST_EXPECTED = 5;

/**
 * The calibrated choice: a test that takes both sides for samples, at any sizes. Kolmogorov and Smirnov's by its finite law
 * for numbers; the two-sample chi-square test for columns of few values, with the permutation law where a cell is expected
 * to hold fewer than five.
 */
export function calibratedChoice(column: ColumnPair): { name: MethodName; column: ColumnPair } {
  if (column.type === 'categorical') return { name: chiSquareFor(column.counts), column };
  const { reference, current } = column.pair;
  const levels = levelsUpTo(column.pair, MOST_LEVELS);
  const sparse = levels * LEAST_ROWS_A_LEVEL > reference.length + current.length;
  if (levels > MOST_LEVELS || sparse) return { name: 'ks', column };
  const counts = countsOf(column.pair);
  return { name: chiSquareFor(counts), column: { type: 'categorical', counts, codes: null } };
}

function chiSquareFor(counts: CountPair): MethodName {
  return smallestExpected(counts) < LEAST_EXPECTED ? 'chi2_permutation' : 'chi2_contingency';
}

const SMALL_REFERENCE = 1000;
const FEW_NUMBERS = 5;

/** The test that Evidently takes by itself, which depends on the size of the reference and not on that of the current. */
export function evidentlyChoice(column: ColumnPair): { name: MethodName; column: ColumnPair } {
  if (column.type === 'categorical') {
    const { reference } = column.counts;
    const rows = reference.reduce((sum, count) => sum + count, 0);
    if (rows > SMALL_REFERENCE) return { name: 'jensenshannon', column };
    return { name: reference.length > 2 ? 'chisquare' : 'z', column };
  }
  const small = column.pair.reference.length <= SMALL_REFERENCE;
  const values = levelsUpTo(column.pair, FEW_NUMBERS);
  if (values > FEW_NUMBERS) return { name: small ? 'ks' : 'wasserstein', column };
  if (!small) return { name: 'jensenshannon', column };
  const counts = countsOf(column.pair);
  return { name: values > 2 ? 'chisquare' : 'z', column: { type: 'categorical', counts, codes: null } };
}
