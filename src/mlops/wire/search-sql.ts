import { type AliasedExpression, type Expression, sql as raw, type SqlBool } from 'kysely';
import type { Condition } from './grammar.ts';
import type { KeysetPosition } from './page-token.ts';

/**
 * A condition on one column, in SQL that both engines read alike: LIKE takes `%` and `_` and no escapes, and ILIKE is
 * LIKE of the lower-case texts. A null column never matches.
 */
export function compare(column: Expression<unknown>, condition: Condition): Expression<SqlBool> {
  const { operator, value } = condition;
  switch (operator) {
    case 'IN':
      return raw`${column} in (${raw.join(value)})`;
    case 'NOT IN':
      return raw`${column} not in (${raw.join(value)})`;
    case 'IS NULL':
    case 'IS NOT NULL':
      return raw`${column} ${raw.raw(operator.toLowerCase())}`;
    case 'LIKE':
      return raw`${column} like ${buildLikePattern(value)} escape '\\'`;
    case 'ILIKE':
      return raw`lower(${column}) like lower(${buildLikePattern(value)}) escape '\\'`;
    default:
      return raw`${column} ${raw.raw(operator)} ${buildOperand(value)}`;
  }
}

/** PostgreSQL would read a number as the type of the column, and an integer column then refuses `1.5`. */
function buildOperand(value: string | number): Expression<unknown> {
  return typeof value === 'number' ? raw`cast(${value} as double precision)` : raw`${value}`;
}

/** A backslash is a character like any other here; PostgreSQL would take it for an escape. */
function buildLikePattern(value: string | number): string {
  return String(value).replaceAll('\\', '\\\\');
}

/** PostgreSQL plans this many joins with care; its own limit for the same purpose (`join_collapse_limit`) is 8. */
const MOST_JOINS = 8;

/**
 * The same conditions, of which at most eight become joins. PostgreSQL turns every `exists` of a `where` into a join, and
 * its planning takes time in the cube of their number (1.9 s for 99). Those beyond the eighth are probed row by row.
 */
export function boundJoins(conditions: readonly Expression<SqlBool>[]): Expression<SqlBool>[] {
  return conditions.map((condition, index) => (index < MOST_JOINS ? condition : raw`(${condition}) is true`));
}

/** One step of an ordering with an expression that is never null. */
export interface SortStep {
  readonly expression: Expression<unknown>;
  readonly ascending: boolean;
}

/** The rows after a position: the steps compared from left to right. */
export function buildAfterCondition(steps: readonly SortStep[], position: KeysetPosition): Expression<SqlBool> {
  const alternatives = steps.map((step, index) => {
    const equal = steps.slice(0, index).map((earlier, at) => raw`${earlier.expression} = ${position[at]}`);
    const beyond = raw`${step.expression} ${raw.raw(step.ascending ? '>' : '<')} ${position[index]}`;
    return raw`(${raw.join([...equal, beyond], raw` and `)})`;
  });
  const [first] = steps;
  if (first === undefined) return raw<SqlBool>`false`;
  // Implied by the rest; an index is entered by it, where a choice of alternatives would be tried row by row.
  const from = raw`${first.expression} ${raw.raw(first.ascending ? '>=' : '<=')} ${position[0]}`;
  return raw<SqlBool>`(${from} and (${raw.join(alternatives, raw` or `)}))`;
}

/** `expression asc, expression desc, …` */
export function orderList(steps: readonly SortStep[]): Expression<unknown> {
  return raw`${raw.join(steps.map((step) => raw`${step.expression} ${raw.raw(step.ascending ? 'asc' : 'desc')}`))}`;
}

/** The sort values as columns `sort_0`, `sort_1`, …, to be selected with a row. */
export function sortColumns(steps: readonly SortStep[]): AliasedExpression<string | number, SortColumn>[] {
  return steps.map((step, index) => raw<string | number>`${step.expression}`.as(sortColumn(index)));
}

/** The same steps over a query that selected {@link sortColumns} under this alias: each value is computed once. */
export function buildSelectedSteps(steps: readonly SortStep[], alias: string): SortStep[] {
  return steps.map(({ ascending }, index) => ({ expression: raw.ref(`${alias}.${sortColumn(index)}`), ascending }));
}

/** The position of a row whose sort values were selected by {@link sortColumns}. */
export function readPosition(row: Readonly<Record<string, unknown>>, steps: readonly SortStep[]): KeysetPosition {
  return steps.map((_, index) => {
    const value = row[sortColumn(index)];
    return typeof value === 'string' ? value : Number(value);
  });
}

type SortColumn = `sort_${number}`;

function sortColumn(index: number): SortColumn {
  return `sort_${index}`;
}
