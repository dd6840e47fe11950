import { castToText, convert } from './convert.ts';
import { buildCase, buildCoalesce, type Sql } from './expressions.ts';
import { DECIMAL_TYPE } from './focus-columns.ts';
import type { SourceExpression } from './format.ts';

/**
 * Representation of the amounts of one file in expressions. If any of them is text, all are text, so that the row is
 * rejected with the column name when a value is not a number. Otherwise they are exact decimals, without a conversion
 * through text.
 */
export interface Amounts {
  readonly type: string;
  readonly zero: string;
  of(column: SourceExpression | null): Sql;
  firstOf(...columns: readonly (SourceExpression | null)[]): Sql;
  /** a + b; a missing value counts as 0; null if both are missing. */
  sum(a: SourceExpression | null, b: SourceExpression | null): Sql;
  /** a - b; null when either is null. */
  difference(a: SourceExpression | null, b: SourceExpression | null): Sql;
}

export function buildAmounts(columns: readonly (SourceExpression | null)[]): Amounts {
  const isText = columns.some((column) => column?.type === 'VARCHAR');
  const type = isText ? 'VARCHAR' : DECIMAL_TYPE;
  const of = (column: SourceExpression | null) => {
    if (column === null) return null;
    return isText ? castToText(column) : castToDecimal(column);
  };
  const result = (sql: string) => (isText ? `(${sql})::VARCHAR` : sql);
  const computed = (a: SourceExpression | null, b: SourceExpression | null, known: string, sql: string) => {
    const unreadable = isText
      ? [a, b].flatMap((column) => (column === null ? [] : [buildUnreadableBranch(column)]))
      : [];
    return buildCase([...unreadable, { when: known, value: result(sql) }]);
  };
  return {
    type,
    zero: isText ? "'0'" : `0::${DECIMAL_TYPE}`,
    of,
    firstOf: (...columns) => buildCoalesce(columns.map(of)),
    sum(a, b) {
      const present = [a, b].filter((column) => column !== null);
      if (present.length === 0) return null;
      const known = present.map(({ sql }) => `${sql} IS NOT NULL`).join(' OR ');
      return computed(a, b, known, present.map((column) => `coalesce(${castToDecimal(column)}, 0)`).join(' + '));
    },
    difference(a, b) {
      if (a === null || b === null) return null;
      return computed(
        a,
        b,
        `${a.sql} IS NOT NULL AND ${b.sql} IS NOT NULL`,
        `${castToDecimal(a)} - ${castToDecimal(b)}`,
      );
    },
  };
}

/** Null for a value that is not a number. */
export function castToDecimal(column: SourceExpression): string {
  return convert('decimal', column).sql;
}

/** Keeps text that is not a number in the result, so that the conversion of the row finds and reports it. */
function buildUnreadableBranch(column: SourceExpression): { when: string; value: string } {
  return { when: `${column.sql} IS NOT NULL AND ${castToDecimal(column)} IS NULL`, value: castToText(column) };
}

/**
 * price x quantity. Exact up to 10 decimals of the price and 16 of the quantity; null where the product has more than
 * twelve digits before the decimal point. Short texts use 64-bit integers, in a fortieth of the time.
 */
export function multiplySql(price: SourceExpression | null, quantity: SourceExpression | null): Sql {
  if (price === null || quantity === null) return null;
  const [a, b] = [castToText(price), castToText(quantity)];
  const isShort = (text: string) => `length(${text}) <= 10 AND NOT contains(lower(${text}), 'e')`;
  const short = `TRY_CAST(${a} AS DECIMAL(18,9)) * TRY_CAST(${b} AS DECIMAL(18,9))`;
  const long = `TRY(TRY_CAST(${a} AS DECIMAL(20,10)) * TRY_CAST(${b} AS DECIMAL(27,16)))`;
  return `coalesce(CASE WHEN ${isShort(a)} AND ${isShort(b)} THEN (${short})::${DECIMAL_TYPE} END, ${long}::${DECIMAL_TYPE})`;
}
