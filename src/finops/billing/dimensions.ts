import { identifier, literal } from '../../platform/lake/index.ts';
import { focusColumnOf, focusColumns } from './formats/focus-columns.ts';

/**
 * SQL text expression of a dimension of bill rows, or null when there is none of this name. Dimensions: a FOCUS column in
 * camelCase, `tag:KEY`, `x_COLUMN`, `day` (of the charge, UTC), `month` (billing period), `source`, `delivery`, `file`.
 */
export function billDimension(name: string): string | null {
  if (name === 'day') return `strftime(ChargePeriodStart, '%Y-%m-%d')`;
  if (name === 'month') return 'period';
  if (['source', 'delivery', 'file'].includes(name)) return identifier(name);
  if (name.startsWith('tag:')) return tagExpression(name.slice('tag:'.length));
  if (name.startsWith(OTHER)) return identifier(name);
  const column = focusColumnOf(name);
  if (column === null) return null;
  switch (focusColumns[column]) {
    case 'text':
    case 'json':
      return identifier(column);
    case 'decimal':
      return `${identifier(column)}::VARCHAR`;
    case 'instant':
      return `strftime(${identifier(column)}, '%Y-%m-%dT%H:%M:%SZ')`;
    case 'tags':
      return `to_json(${identifier(column)})::VARCHAR`;
  }
}

const OTHER = 'x_';

/** Columns outside FOCUS among the dimensions; a relation includes them only on request, see `RelationOptions`. */
export function otherColumns(dimensions: Iterable<string>): string[] {
  return [...new Set(dimensions)].filter((name) => name.startsWith(OTHER));
}

/** The tag of exactly this key, else the first whose key differs only in case or surrounding blanks (` org`, `Org`). */
function tagExpression(key: string): string {
  const wanted = literal(key.trim().toLowerCase());
  const similar = `list_filter(map_entries(Tags), lambda entry: lower(trim(entry.key)) = ${wanted})[1].value`;
  return `coalesce(Tags[${literal(key)}], ${similar})`;
}
