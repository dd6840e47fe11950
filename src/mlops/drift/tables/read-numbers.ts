import { type LakeSession, quoteIdentifier } from '../../../platform/lake/index.ts';
import type { Table } from './table.ts';

/** Columns of numbers in one scan, NaN where there is no value, in the order of the file. */
export function readNumbers(
  session: LakeSession,
  { relation, rows }: Table,
  columns: readonly string[],
): Promise<Float64Array[]> {
  const selected = columns.map((column) => `coalesce(${quoteIdentifier(column)}::DOUBLE, 'nan'::DOUBLE)`);
  return session.doubles(`SELECT ${selected.join(', ')} FROM ${relation}`, rows);
}
