import type { ColumnPair } from './column.ts';
import type { TestResult } from './measured.ts';
import type { CountPair, NumericPair } from './samples.ts';

/** Condition under which a figure means drift: the figure, and its side of the threshold. */
export type Alarm = 'p < threshold' | 'p <= threshold' | 'statistic >= threshold' | 'statistic > threshold';

/** One way to compare a column; docs/drift.md lists the use of each. */
export interface Method {
  /** Null where the column lacks the data to compute it. Example: a profile without its rows. */
  readonly threshold: number | ((column: ColumnPair) => number | null);
  readonly alarm: Alarm;
  /** Left out where the method does not take such columns. */
  readonly numerical?: (pair: NumericPair) => TestResult;
  readonly categorical?: (counts: CountPair, column: ColumnPair & { type: 'categorical' }) => TestResult;
}
