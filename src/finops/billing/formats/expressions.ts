import { literal } from '../../../platform/lake/index.ts';
import { textOf } from './convert.ts';
import type { FocusColumn } from './focus-columns.ts';
import type { SourceExpression } from './format.ts';

/** SQL text, or null where the file has no column to build it from. */
export type Sql = string | null;

export interface Branch {
  readonly when: string;
  readonly value: Sql;
}

/** `CASE WHEN … THEN … ELSE … END`; a branch without a value yields NULL. */
export function caseOf(branches: readonly Branch[], otherwise: Sql = null): string {
  if (branches.length === 0) return otherwise ?? 'NULL';
  const whens = branches.map(({ when, value }) => `WHEN ${when} THEN ${value ?? 'NULL'}`);
  return `CASE ${whens.join(' ')} ELSE ${otherwise ?? 'NULL'} END`;
}

/**
 * Tests membership with a list: the engine turns a longer IN into a join, and a join loses the row order of the file.
 */
export function isOneOf(subject: string, values: readonly string[]): string {
  return `list_contains([${values.map(literal).join(', ')}], ${subject})`;
}

/** `CASE subject WHEN 'a' THEN 'x' …`; a subject missing from the table yields `otherwise`. */
export function lookup(subject: string, table: Readonly<Record<string, string>>, otherwise: Sql = null): string {
  const byValue = Map.groupBy(Object.entries(table), ([, value]) => value);
  const branches = [...byValue].map(([value, entries]) => ({
    when: isOneOf(
      subject,
      entries.map(([key]) => key),
    ),
    value: literal(value),
  }));
  return caseOf(branches, otherwise);
}

/** The first that is not null, as text; null when the file has none of them. */
export function firstText(...expressions: readonly (SourceExpression | null)[]): Sql {
  const sqls = expressions.flatMap((expression) => (expression === null ? [] : [textOf(expression)]));
  return coalesced(sqls);
}

export function coalesced(sqls: readonly Sql[]): Sql {
  const known = sqls.filter((sql) => sql !== null);
  return known.length < 2 ? (known[0] ?? null) : `coalesce(${known.join(', ')})`;
}

/** FOCUS columns with their source expressions; columns without a source are omitted. */
export function mappingOf(
  entries: Readonly<Partial<Record<FocusColumn, SourceExpression | null>>>,
): Map<FocusColumn, SourceExpression> {
  const known = Object.entries(entries).filter(([, expression]) => expression !== null && expression !== undefined);
  return new Map(known as [FocusColumn, SourceExpression][]);
}

/** A derived text; `shown` names its source column in the file. */
export function derivedText(sql: Sql, shown: string): SourceExpression | null {
  return sql === null ? null : { sql, type: 'VARCHAR', shown };
}

export function constant(value: string): SourceExpression {
  return { sql: literal(value), type: 'VARCHAR', shown: value };
}
