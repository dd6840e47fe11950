import type { CountPair, NumericPair } from './samples.ts';
import type { CodePair } from './tests/total-variation.ts';

/** Data of one column that a method compares. */
export type ColumnPair =
  | {
      readonly type: 'numerical';
      readonly pair: NumericPair;
      /** The reference in the order of its rows; null where only its profile is left. */
      readonly referenceInOrder: Float64Array | null;
    }
  | {
      readonly type: 'categorical';
      readonly counts: CountPair;
      /** Codes of the single rows, for methods that permute rows; null where the caller does not request them. */
      readonly codes: CodePair | null;
    };
