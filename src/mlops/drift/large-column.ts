import {
  decideVerdict,
  type MethodChoice,
  toTestResult,
  twoSampleTail,
  unsortedKolmogorovSmirnov,
} from '../drift-methods/index.ts';
import type { ComparedColumn } from './compared-column.ts';
import { selectKnownValues } from './known-values.ts';
import type { RawColumn } from './prepare-column.ts';

/** Below this, sorting is as fast. */
const FEW = 20_000;
/** With more distinct values than this numbers are compared as numbers, whatever chooses the method; see `calibratedChoice`. */
const MOST_LEVELS = 20;
/** Number of leading rows in which distinct values are counted. */
const LOOKED_AT = 2_000;

/**
 * Compares a large numeric column by the Kolmogorov-Smirnov test without sorting it, with the same result; null where
 * another method is requested, or where the column may have few distinct values.
 */
export function compareLarge(raw: RawColumn, choice: MethodChoice): ComparedColumn | null {
  if (raw.kind !== 'numbers' || (choice !== 'auto' && choice !== 'ks')) return null;
  if (Math.min(raw.reference.length, raw.current.length) < FEW) return null;
  const pair = { reference: selectKnownValues(raw.reference), current: selectKnownValues(raw.current) };
  const [n, m] = [pair.reference.length, pair.current.length];
  if (Math.min(n, m) < FEW || !hasMany(pair.current)) return null;
  const statistic = unsortedKolmogorovSmirnov(pair);
  const verdict = decideVerdict('ks', toTestResult(statistic, twoSampleTail(statistic, n, m)));
  return { type: 'numerical', nReference: n, nCurrent: m, verdict, effect: statistic };
}

function hasMany(values: Float64Array): boolean {
  const seen = new Set<number>();
  for (const value of values.subarray(0, LOOKED_AT)) {
    seen.add(value);
    if (seen.size > MOST_LEVELS) return true;
  }
  return false;
}
