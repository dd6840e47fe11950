import type { ColumnPair, ColumnVerdict } from '../drift-methods/index.ts';
import { sumCounts } from '../drift-methods/index.ts';
import { computeEffect } from './effect.ts';
import type { Distribution } from './schema.ts';

/** Result of a worker thread for one column. */
export interface ComparedColumn {
  readonly type: ColumnPair['type'] | 'embedding';
  /** Known values. */
  readonly nReference: number;
  readonly nCurrent: number;
  readonly verdict: ColumnVerdict;
  /** Size of the change by the measure of the method; null: the method has none. */
  readonly effect: number | null;
  /** Only of numeric columns, and only if the caller asked for it. */
  readonly distribution?: Distribution | null;
}

export function summarizeColumn(column: ColumnPair, verdict: ColumnVerdict): Omit<ComparedColumn, 'distribution'> {
  const facts = { type: column.type, verdict, effect: computeEffect(column, verdict) };
  if (column.type === 'categorical') {
    const { reference, current } = column.counts;
    return { ...facts, nReference: sumCounts(reference), nCurrent: sumCounts(current) };
  }
  const { reference, current } = column.pair;
  return { ...facts, nReference: reference.length, nCurrent: current.length };
}
