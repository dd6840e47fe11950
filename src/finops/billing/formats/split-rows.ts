import { quoteIdentifier } from '../../../platform/lake/index.ts';
import { duckDbTypes, type FocusColumn, focusColumns } from './focus-columns.ts';
import type { RowSplit } from './format.ts';

/**
 * SELECT of canonical rows in which every record with two charges becomes two consecutive rows; all sums stay the same.
 * `columns` are the names to select, FOCUS and other.
 */
export function splitRows(relation: string, split: RowSplit, columns: readonly string[]): string {
  const selected = columns.map((name) => {
    const [first, second] = [split.first, split.second].map((changes) => changes.get(name as FocusColumn));
    if (first === undefined && second === undefined) return quoteIdentifier(name);
    const cast = (sql: string | undefined) =>
      sql === undefined ? quoteIdentifier(name) : `(${sql})::${duckDbTypes[focusColumns[name as FocusColumn]]}`;
    return `CASE split_part_no WHEN 1 THEN ${cast(first)} WHEN 2 THEN ${cast(second)} ELSE ${quoteIdentifier(name)} END AS ${quoteIdentifier(name)}`;
  });
  const parts = `unnest(CASE WHEN ${split.when} THEN [1, 2] ELSE [0] END) AS split_part_no`;
  return `SELECT ${selected.join(', ')} FROM (SELECT *, ${parts} FROM ${relation})`;
}
