import { subjectFields } from '../../../src/org/schema.ts';
import { COST_COLUMNS } from './row-columns.ts';
import type { Group } from './stack.ts';

export interface RowGroup {
  readonly label: string;
  readonly columns: readonly string[];
  /** Show the amounts to the last digit. */
  readonly exact: boolean;
}

const SUBJECT: ReadonlySet<string> = new Set(subjectFields);
/** Columns of a row that have separate sections: allocation and origin. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  ...['delivery', 'source', 'file', 'rowNumber'],
  ...['rule', 'kind', 'method', 'ratio', 'layer', 'share', 'reason', 'usageUnit', 'usageQuantity'],
]);

/** Non-empty columns of a row in groups, and the empty ones. */
export function rowGroups(row: Group): { groups: RowGroup[]; empty: string[] } {
  const columns = Object.keys(row).filter((column) => !SUBJECT.has(column) && !ELSEWHERE.has(column));
  const holding = columns.filter((column) => row[column] != null && row[column] !== '');
  const other = (column: string) => !COST_COLUMNS.has(column);
  const own = (column: string) => column.startsWith('x_') || column.startsWith('tag:');
  const groups: RowGroup[] = [
    { label: 'Cost', columns: holding.filter((column) => COST_COLUMNS.has(column)), exact: true },
    { label: 'The charge', columns: holding.filter((column) => other(column) && !own(column)).sort(), exact: false },
    { label: 'Tags and custom columns', columns: holding.filter(own).sort(), exact: false },
  ];
  return {
    groups: groups.filter((group) => group.columns.length > 0),
    empty: columns.filter((column) => !holding.includes(column)).sort(),
  };
}
