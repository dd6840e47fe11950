import type { CountPair, NumericPair } from './samples.ts';
import type { CodePair } from './tests/total-variation.ts';

/** What a method is given of one column. */
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
      /** Rows one by one, for methods that permute them; null where nobody asked for them. */
      readonly codes: CodePair | null;
    };
