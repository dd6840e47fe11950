import { type Expression, sql as raw, type SqlBool } from 'kysely';
import type { TraceCondition } from './search-grammar.ts';

/**
 * A condition on an attribute of a span (`found.content`), on the stored text of the span: attributes are too many for
 * an index. Equality is exact for texts, whole numbers, decimals and booleans; LIKE may match beyond its attribute when
 * its pattern has `%` in the middle, as MLflow's does.
 */
export function buildSpanAttributeCondition(key: string, { operator, value }: TraceCondition): Expression<SqlBool> {
  const start = `{"key":${JSON.stringify(key)},"value":{`;
  switch (operator) {
    case '=':
      return buildOneOfSql(start, [String(value)]);
    case 'IN':
      return buildOneOfSql(start, toTextList(value));
    case '!=':
      return raw`(${buildContains(start)} and not ${buildOneOfSql(start, [String(value)])})`;
    case 'NOT IN':
      return raw`(${buildContains(start)} and not ${buildOneOfSql(start, toTextList(value))})`;
    default:
      return isLike(start, String(value), operator === 'ILIKE');
  }
}

function toTextList(value: TraceCondition['value']): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function buildOneOfSql(start: string, values: readonly string[]): Expression<SqlBool> {
  const forms = values.flatMap((value) => [
    `"string_value":${JSON.stringify(value)}}`,
    ...(/^-?\d{1,20}$/.test(value) ? [`"int_value":${value}}`, `"int_value":"${value}"}`] : []),
    ...(/^-?[\d.]+([eE][-+]?\d+)?$/.test(value) ? [`"double_value":${value}}`] : []),
    ...(value === 'true' || value === 'false' ? [`"bool_value":${value}}`] : []),
  ]);
  return raw`(${raw.join(
    forms.map((form) => buildContains(start + form)),
    raw` or `,
  )})`;
}

function isLike(start: string, pattern: string, ignoreCase: boolean): Expression<SqlBool> {
  const inner = escapePattern(JSON.stringify(pattern).slice(1, -1)).replaceAll('!%', '%').replaceAll('!_', '_');
  // A pattern that begins with % may match any part of the value, so the value's type is not needed.
  const form = inner.startsWith('%')
    ? `%${escapePattern(start)}${inner}%`
    : `%${escapePattern(`${start}"string_value":"`)}${inner}${inner.endsWith('%') ? '' : '"}%'}`;
  return ignoreCase
    ? raw`lower(found.content) like lower(${form}) escape '!'`
    : raw`found.content like ${form} escape '!'`;
}

function buildContains(text: string): Expression<SqlBool> {
  return raw`found.content like ${`%${escapePattern(text)}%`} escape '!'`;
}

/** Text that LIKE matches literally, with `!` before its wildcards. */
function escapePattern(text: string): string {
  return text.replaceAll(/[!%_]/g, '!$&');
}
