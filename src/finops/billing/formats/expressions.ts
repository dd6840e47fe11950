import { quoteLiteral } from '../../../platform/lake/index.ts';
import { castToText } from './convert.ts';
import type { FocusColumn } from './focus-columns.ts';
import type { SourceExpression } from './format.ts';

/** SQL text, or null where the file has no column to build it from. */
export type Sql = string | null;

export interface Branch {
  readonly when: string;
  readonly value: Sql;
}

/** `CASE WHEN … THEN … ELSE … END`; a branch without a value yields NULL. */
export function buildCase(branches: readonly Branch[], otherwise: Sql = null): string {
  if (branches.length === 0) return otherwise ?? 'NULL';
  const whens = branches.map(({ when, value }) => `WHEN ${when} THEN ${value ?? 'NULL'}`);
  return `CASE ${whens.join(' ')} ELSE ${otherwise ?? 'NULL'} END`;
}

/**
 * Tests membership with a list: the engine turns a longer IN into a join, and a join loses the row order of the file.
 */
export function buildMembership(subject: string, values: readonly string[]): string {
  return `list_contains([${values.map(quoteLiteral).join(', ')}], ${subject})`;
}

/** `CASE subject WHEN 'a' THEN 'x' …`; a subject missing from the table yields `otherwise`. */
export function lookup(subject: string, table: Readonly<Record<string, string>>, otherwise: Sql = null): string {
  const byValue = Map.groupBy(Object.entries(table), ([, value]) => value);
  const branches = [...byValue].map(([value, entries]) => ({
    when: buildMembership(
      subject,
      entries.map(([key]) => key),
    ),
    value: quoteLiteral(value),
  }));
  return buildCase(branches, otherwise);
}

/** The first that is not null, as text; null when the file has none of them. */
export function buildFirstText(...expressions: readonly (SourceExpression | null)[]): Sql {
  const sqls = expressions.flatMap((expression) => (expression === null ? [] : [castToText(expression)]));
  return buildCoalesce(sqls);
}

export function buildCoalesce(sqls: readonly Sql[]): Sql {
  const known = sqls.filter((sql) => sql !== null);
  return known.length < 2 ? (known[0] ?? null) : `coalesce(${known.join(', ')})`;
}

/** FOCUS columns with their source expressions; columns without a source are omitted. */
export function buildMapping(
  entries: Readonly<Partial<Record<FocusColumn, SourceExpression | null>>>,
): Map<FocusColumn, SourceExpression> {
  const known = Object.entries(entries).filter(([, expression]) => expression !== null && expression !== undefined);
  return new Map(known as [FocusColumn, SourceExpression][]);
}

/** A derived text; `shown` names its source column in the file. */
export function buildDerivedText(sql: Sql, shown: string): SourceExpression | null {
  return sql === null ? null : { sql, type: 'VARCHAR', shown };
}

export function buildConstant(value: string): SourceExpression {
  return { sql: quoteLiteral(value), type: 'VARCHAR', shown: value };
}
