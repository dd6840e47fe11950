import { chooseCalibrated, chooseLikeEvidently } from './choice.ts';
import type { ColumnPair } from './column.ts';
import type { TestResult } from './measured.ts';
import type { Alarm, Method } from './method.ts';
import { type MethodName, methods } from './methods.ts';

/** A method by name, or who chooses. */
export type MethodChoice = MethodName | 'auto' | 'evidently';

export interface ColumnVerdict {
  readonly method: MethodName;
  readonly statistic: number | null;
  /** Null for a distance. */
  readonly pValue: number | null;
  readonly threshold: number | null;
  /** Verdict of this column alone; null where the method gives no result. */
  readonly drifted: boolean | null;
  /** Why a figure is null. */
  readonly reason: string | null;
}

type Figures = Pick<ColumnVerdict, 'statistic' | 'pValue'>;

const FEWEST = 2;

/** Compares one column. If the method does not support the column or has no result, the reason says why. */
export function compareColumn(column: ColumnPair, choice: MethodChoice): ColumnVerdict {
  const chosen = chooseMethod(column, choice);
  return decideVerdict(chosen.name, explainTooFew(column) ?? measure(methods[chosen.name], chosen), chosen.column);
}

/** Whether a figure is drift by the threshold of its method; `column` for thresholds that come from it. */
export function decideVerdict(name: MethodName, measured: TestResult, column?: ColumnPair): ColumnVerdict {
  const method: Method = methods[name];
  if ('reason' in measured) {
    return { method: name, statistic: null, pValue: null, threshold: null, drifted: null, reason: measured.reason };
  }
  const own = typeof method.threshold === 'number' ? method.threshold : null;
  const threshold = typeof method.threshold === 'number' || column === undefined ? own : method.threshold(column);
  const drifted = threshold === null ? null : isDrift(method.alarm, measured, threshold);
  const reason = threshold === null ? 'the threshold depends on the rows of the reference, which has too few' : null;
  return { method: name, ...measured, threshold, drifted, reason };
}

function chooseMethod(column: ColumnPair, choice: MethodChoice): { name: MethodName; column: ColumnPair } {
  if (choice === 'auto') return chooseCalibrated(column);
  if (choice === 'evidently') return chooseLikeEvidently(column);
  return { name: choice, column };
}

function measure(method: Method, { name, column }: { name: MethodName; column: ColumnPair }): TestResult {
  if (column.type === 'numerical') {
    return (
      method.numerical?.(column.pair) ?? { reason: `${name} requires a column of categories, and this one has numbers` }
    );
  }
  return (
    method.categorical?.(column.counts, column) ?? {
      reason: `${name} requires a column of numbers, and this one has categories`,
    }
  );
}

function explainTooFew(column: ColumnPair): { reason: string } | null {
  const [n, m] =
    column.type === 'numerical'
      ? [column.pair.reference.length, column.pair.current.length]
      : [sum(column.counts.reference), sum(column.counts.current)];
  if (n === 0) return { reason: 'the reference has no known value' };
  if (m === 0) return { reason: 'the current data has no known value' };
  if (n < FEWEST) return { reason: 'the reference has only one known value' };
  return null;
}

function sum(counts: Float64Array): number {
  return counts.reduce((all, count) => all + count, 0);
}

function isDrift(alarm: Alarm, { statistic, pValue }: Figures, threshold: number): boolean | null {
  switch (alarm) {
    case 'p < threshold':
      return pValue === null ? null : pValue < threshold;
    case 'p <= threshold':
      return pValue === null ? null : pValue <= threshold;
    case 'statistic >= threshold':
      return statistic === null ? null : statistic >= threshold;
    case 'statistic > threshold':
      return statistic === null ? null : statistic > threshold;
  }
}
