import { quoteIdentifier, quoteLiteral } from '../../platform/lake/index.ts';
import { findFocusColumn, focusColumns } from './formats/focus-columns.ts';

/**
 * SQL text expression of a dimension of bill rows, or null when there is none of this name. Dimensions: a FOCUS column in
 * camelCase, `tag:KEY`, `x_COLUMN`, `day` (of the charge, UTC), `month` (billing period), `source`, `delivery`, `file`.
 */
export function findBillDimension(name: string): string | null {
  if (name === 'day') return `strftime(ChargePeriodStart, '%Y-%m-%d')`;
  if (name === 'month') return 'period';
  if (['source', 'delivery', 'file'].includes(name)) return quoteIdentifier(name);
  if (name.startsWith('tag:')) return buildTagExpression(name.slice('tag:'.length));
  if (name.startsWith(OTHER)) return quoteIdentifier(name);
  const column = findFocusColumn(name);
  if (column === null) return null;
  switch (focusColumns[column]) {
    case 'text':
    case 'json':
      return quoteIdentifier(column);
    case 'decimal':
      return `${quoteIdentifier(column)}::VARCHAR`;
    case 'instant':
      return `strftime(${quoteIdentifier(column)}, '%Y-%m-%dT%H:%M:%SZ')`;
    case 'tags':
      return `to_json(${quoteIdentifier(column)})::VARCHAR`;
  }
}

const OTHER = 'x_';

/** Columns outside FOCUS among the dimensions; a relation includes them only on request, see `RelationOptions`. */
export function listOtherColumns(dimensions: Iterable<string>): string[] {
  return [...new Set(dimensions)].filter((name) => name.startsWith(OTHER));
}

/** The tag of exactly this key, else the first whose key differs only in case or surrounding blanks (` org`, `Org`). */
function buildTagExpression(key: string): string {
  const wanted = quoteLiteral(key.trim().toLowerCase());
  const similar = `list_filter(map_entries(Tags), lambda entry: lower(trim(entry.key)) = ${wanted})[1].value`;
  return `coalesce(Tags[${quoteLiteral(key)}], ${similar})`;
}
