import type { Distribution } from '../windows/schema.ts';
import type { ColumnPair } from './column.ts';
import type { ColumnVerdict } from './compare-column.ts';
import { total } from './samples.ts';

/** What a thread answers of a column. */
export interface ComparedColumn {
  readonly type: ColumnPair['type'] | 'embedding';
  /** Known values. */
  readonly nReference: number;
  readonly nCurrent: number;
  readonly verdict: ColumnVerdict;
  /** Of numbers, for who asked for it. */
  readonly distribution?: Distribution | null;
}

export function summaryOf(column: ColumnPair): Omit<ComparedColumn, 'verdict' | 'distribution'> {
  if (column.type === 'categorical') {
    const { reference, current } = column.counts;
    return { type: column.type, nReference: total(reference), nCurrent: total(current) };
  }
  const { reference, current } = column.pair;
  return { type: column.type, nReference: reference.length, nCurrent: current.length };
}
