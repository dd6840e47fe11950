import type { ColumnPair } from '../drift-methods/index.ts';
import {
  type ColumnVerdict,
  type CountPair,
  compareColumn,
  contingency,
  countValues,
  leastPermutedPValue,
  type MethodChoice,
  poolRareLevels,
  sortNumbers,
  sumCounts,
} from '../drift-methods/index.ts';
import { type ComparedColumn, summarizeColumn } from './compared-column.ts';
import { spreadOfNumbers, spreadOfValues } from './distribution.ts';
import { selectKnownValues } from './known-values.ts';
import type { RawColumn } from './prepare-column.ts';
import type { Distribution } from './schema.ts';

/** The usual rule for the chi-square law. */
const LEAST_EXPECTED = 5;

/** Compares a column of one of many windows, with precise small p-values and with its distribution for charts. */
export function watchColumn(column: ColumnPair, raw: RawColumn, choice: MethodChoice): ComparedColumn {
  const verdict = compareColumn(column, choice);
  return {
    ...summarizeColumn(column, choice === 'auto' ? isBelowDraws(column, verdict) : verdict),
    distribution: describeSpread(column, raw),
  };
}

/**
 * Draws give no p-value below one in their number, and many windows ask for smaller ones. Where no draw reached the
 * statistic, the p-value is that of the chi-square test with the rare values put together, where that is smaller. Below the
 * least p-value of the draws only that test speaks, above it only the draws, so the error of the two is no sum.
 */
function isBelowDraws(column: ColumnPair, verdict: ColumnVerdict): ColumnVerdict {
  if (verdict.method !== 'chi2_permutation' || verdict.pValue === null) return verdict;
  const counts = column.type === 'categorical' ? column.counts : countValues(column.pair);
  if (verdict.pValue > leastPermutedPValue(counts)) return verdict;
  const pValue = computePooledPValue(counts);
  return pValue === null ? verdict : { ...verdict, pValue: Math.min(verdict.pValue, pValue) };
}

function computePooledPValue(counts: CountPair): number | null {
  const [n, m] = [sumCounts(counts.reference), sumCounts(counts.current)];
  const pooled = poolRareLevels(counts, (LEAST_EXPECTED * (n + m)) / Math.min(n, m));
  if (pooled.reference.length < 2) return null;
  const measured = contingency(pooled);
  return 'reason' in measured ? null : measured.pValue;
}

/** Null for texts, which are counted where their names are. */
function describeSpread(column: ColumnPair, raw: RawColumn): Distribution | null {
  if (column.type === 'numerical') return spreadOfNumbers(column.pair);
  if (raw.kind === 'levels') return null;
  const known = (values: Float64Array) => sortNumbers(selectKnownValues(values));
  const pair = { reference: known(raw.reference), current: known(raw.current), integral: true };
  return pair.reference.length === 0 || pair.current.length === 0 ? null : spreadOfValues(pair);
}
