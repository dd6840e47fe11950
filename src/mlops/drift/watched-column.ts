import type { ColumnPair } from '../drift-methods/index.ts';
import {
  type ColumnVerdict,
  type CountPair,
  compareColumn,
  contingency,
  countsOf,
  leastPermutedPValue,
  type MethodChoice,
  pooledRare,
  sortNumbers,
  total,
} from '../drift-methods/index.ts';
import { type ComparedColumn, summarizeColumn } from './compared-column.ts';
import { spreadOfNumbers, spreadOfValues } from './distribution.ts';
import { knownValues } from './known-values.ts';
import type { RawColumn } from './prepare-column.ts';
import type { Distribution } from './schema.ts';

/** The usual rule for the chi-square law. */
const LEAST_EXPECTED = 5;

/** Compares a column of one of many windows, with precise small p-values and with its distribution for charts. */
export function watchColumn(column: ColumnPair, raw: RawColumn, choice: MethodChoice): ComparedColumn {
  const verdict = compareColumn(column, choice);
  return {
    ...summarizeColumn(column, choice === 'auto' ? belowTheDraws(column, verdict) : verdict),
    distribution: spreadOf(column, raw),
  };
}

/**
 * Draws give no p-value below one in their number, and many windows ask for smaller ones. Where no draw reached the
 * statistic, the p-value is that of the chi-square test with the rare values put together, where that is smaller. Below the
 * least p-value of the draws only that test speaks, above it only the draws, so the error of the two is no sum.
 */
function belowTheDraws(column: ColumnPair, verdict: ColumnVerdict): ColumnVerdict {
  if (verdict.method !== 'chi2_permutation' || verdict.pValue === null) return verdict;
  const counts = column.type === 'categorical' ? column.counts : countsOf(column.pair);
  if (verdict.pValue > leastPermutedPValue(counts)) return verdict;
  const pValue = pooledPValue(counts);
  return pValue === null ? verdict : { ...verdict, pValue: Math.min(verdict.pValue, pValue) };
}

function pooledPValue(counts: CountPair): number | null {
  const [n, m] = [total(counts.reference), total(counts.current)];
  const pooled = pooledRare(counts, (LEAST_EXPECTED * (n + m)) / Math.min(n, m));
  if (pooled.reference.length < 2) return null;
  const measured = contingency(pooled);
  return 'reason' in measured ? null : measured.pValue;
}

/** Null for texts, which are counted where their names are. */
function spreadOf(column: ColumnPair, raw: RawColumn): Distribution | null {
  if (column.type === 'numerical') return spreadOfNumbers(column.pair);
  if (raw.kind === 'levels') return null;
  const known = (values: Float64Array) => sortNumbers(knownValues(values));
  const pair = { reference: known(raw.reference), current: known(raw.current), integral: true };
  return pair.reference.length === 0 || pair.current.length === 0 ? null : spreadOfValues(pair);
}
