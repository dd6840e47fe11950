import type { CodePair, ColumnPair } from '../drift-methods/index.ts';
import {
  countLevelsUpTo,
  countValues,
  listDistinctValues,
  type NumericPair,
  sortNumbers,
} from '../drift-methods/index.ts';
import { selectKnownValues } from './known-values.ts';

/** Whole numbers with no more distinct values than this name categories: Evidently's rule. */
const MOST_INTEGER_LEVELS = 10;

/** A column as it was read. */
export type RawColumn =
  | {
      readonly kind: 'numbers';
      /** NaN where there is no value; in the order of the rows unless `referenceSorted`. */
      readonly reference: Float64Array;
      readonly current: Float64Array;
      /** The reference is out of a profile: known values, sorted. */
      readonly referenceSorted: boolean;
      /** Rows of the reference, with those that have no value. */
      readonly referenceRows: number;
      /** Whole numbers by type on both sides. */
      readonly integral: boolean;
      /** The method needs the rows in their order. */
      readonly ordered: boolean;
    }
  | {
      readonly kind: 'levels';
      readonly reference: Float64Array;
      readonly current: Float64Array;
      readonly codes: CodePair | null;
    };

/** Omits missing values, sorts the others, and separates categories from numbers. */
export function prepareColumn(raw: RawColumn): ColumnPair {
  if (raw.kind === 'levels') {
    return { type: 'categorical', counts: { reference: raw.reference, current: raw.current }, codes: raw.codes };
  }
  const reference = selectKnownValues(raw.reference);
  const current = selectKnownValues(raw.current);
  const referenceInOrder = raw.ordered && !raw.referenceSorted ? reference.slice() : null;
  const currentInOrder = raw.ordered ? current.slice() : null;
  // Without a missing value: pandas, and so Evidently, makes whole numbers with gaps to floating-point ones.
  const whole = reference.length === raw.referenceRows && current.length === raw.current.length;
  const pair: NumericPair = {
    reference: raw.referenceSorted ? reference : sortNumbers(reference),
    current: sortNumbers(current),
    integral: raw.integral && whole,
  };
  if (!raw.integral || countLevelsUpTo(pair, MOST_INTEGER_LEVELS) > MOST_INTEGER_LEVELS) {
    return { type: 'numerical', pair, referenceInOrder };
  }
  const codes = encodeNumbers(pair, referenceInOrder, currentInOrder);
  return { type: 'categorical', counts: countValues(pair), codes };
}

function encodeNumbers(
  pair: NumericPair,
  reference: Float64Array | null,
  current: Float64Array | null,
): CodePair | null {
  if (reference === null || current === null) return null;
  const places = new Map([...listDistinctValues(pair)].map((value, at) => [value, at]));
  const code = (value: number) => places.get(value) ?? 0;
  return { reference: Uint32Array.from(reference, code), current: Uint32Array.from(current, code) };
}
