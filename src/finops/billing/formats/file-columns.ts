import { quoteIdentifier } from '../../../platform/lake/index.ts';
import type { SourceColumn, SourceExpression } from './format.ts';

/**
 * The columns of one file, found by any of their names, and marked once they are mapped to a FOCUS column unchanged.
 */
export interface FileColumns {
  /** The first column of the file with one of the names, in the order of the names; null when there is none. */
  find(...names: readonly string[]): SourceExpression | null;
  /** Like `find`; marks the column as mapped to FOCUS, so that it is no longer custom. */
  take(...names: readonly string[]): SourceExpression | null;
  /** Columns whose folded name begins with the prefix, in file order; all of them are marked as mapped to FOCUS. */
  takeAll(prefix: string): readonly SourceColumn[];
  /** Names of the columns without a mapping; the bill keeps them as `x_…`. */
  rest(): string[];
}

/** `lineItem/UsageType`, `line_item_usage_type`, `Usage Type` -> letters and digits in lower case. */
export function foldName(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}]/gu, '').toLowerCase();
}

/**
 * Looks up columns by folded name. Of several columns with the same folded name, the first is found; the others stay
 * custom.
 */
export function indexFileColumns(
  columns: readonly SourceColumn[],
  fold: (name: string) => string = foldName,
): FileColumns {
  const byName = new Map<string, SourceColumn>();
  for (const column of columns) if (!byName.has(fold(column.name))) byName.set(fold(column.name), column);
  const taken = new Set<string>();
  const found = (names: readonly string[]) =>
    names.map((name) => byName.get(foldName(name))).find((column) => column !== undefined);
  const take = (...names: readonly string[]) => {
    const column = found(names);
    if (column === undefined) return null;
    taken.add(column.name);
    return toExpression(column);
  };
  return {
    find: (...names) => {
      const column = found(names);
      return column === undefined ? null : toExpression(column);
    },
    take,
    takeAll(prefix) {
      const all = columns.filter(({ name }) => fold(name).startsWith(foldName(prefix)));
      for (const { name } of all) taken.add(name);
      return all;
    },
    rest: () => columns.map(({ name }) => name).filter((name) => !taken.has(name)),
  };
}

function toExpression({ name, type }: SourceColumn): SourceExpression {
  return { sql: quoteIdentifier(name), type, shown: name };
}
