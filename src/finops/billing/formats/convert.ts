import { EXACT_DECIMALS, EXACT_TYPE } from '../../../platform/lake/index.ts';
import type { FocusType } from './focus-columns.ts';
import type { SourceExpression } from './format.ts';

/** Conversion of a value to a FOCUS type. */
export interface Conversion {
  readonly sql: string;
  /** False when every value of the source type converts, so that the caller can skip the check. */
  readonly canFail: boolean;
}

/** Unreadable and empty values both become `null`; the caller compares with the input to tell them apart. */
export function convert(type: FocusType, from: SourceExpression): Conversion {
  switch (type) {
    case 'decimal':
      return toDecimal(from);
    case 'instant':
      return toInstant(from);
    case 'tags':
      return toTags(from);
    case 'json':
    case 'text':
      return { sql: castToText(from), canFail: false };
  }
}

/** Any value as text; nested ones as JSON. */
export function castToText({ sql, type }: Pick<SourceExpression, 'sql' | 'type'>): string {
  if (type === 'VARCHAR') return sql;
  return isNested(type) ? `to_json(${sql})::VARCHAR` : `${sql}::VARCHAR`;
}

export function isNested(type: string): boolean {
  return /^(MAP|STRUCT)|\]$/.test(type);
}

const DIGITS_BEFORE_POINT = 38 - EXACT_DECIMALS;

function toDecimal(from: SourceExpression): Conversion {
  const { sql, type } = from;
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(type);
  if (decimal !== null) {
    const [width = 0, scale = 0] = decimal.slice(1).map(Number);
    const fits = scale <= EXACT_DECIMALS && width - scale <= DIGITS_BEFORE_POINT;
    return fits ? { sql: `${sql}::${EXACT_TYPE}`, canFail: false } : tryDecimal(sql);
  }
  if (/^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/.test(type)) return tryDecimal(sql);
  if (type === 'DOUBLE') return { sql: buildDecimalOfDouble(sql), canFail: true };
  return { sql: buildDecimalOfText(castToText(from)), canFail: true };
}

function tryDecimal(sql: string): Conversion {
  return { sql: `TRY_CAST(${sql} AS ${EXACT_TYPE})`, canFail: true };
}

/**
 * Values of up to 11 decimals that fit use 64-bit arithmetic, in a quarter of the time of 128-bit. A small number with
 * an exponent is expanded first: the engine takes ten times as long to read `5.2E-9` as `0.0000000052`.
 */
function buildDecimalOfText(text: string): string {
  const isShort = `length(${text}) - strpos(${text}, '.') <= 11 AND NOT contains(lower(${text}), 'e')`;
  const short = `CASE WHEN ${isShort} THEN TRY_CAST(${text} AS DECIMAL(18,11)) END::${EXACT_TYPE}`;
  const isSmall = `contains(${text}, 'E-') AND regexp_full_match(${text}, '-?[0-9](\\.[0-9]+)?E-[0-9]{1,2}')`;
  const small = `CASE WHEN ${isSmall} THEN TRY_CAST(${expandExponent(text)} AS ${EXACT_TYPE}) END`;
  return `coalesce(${short}, ${small}, TRY_CAST(${text} AS ${EXACT_TYPE}))`;
}

/** `-5.2E-9` -> `-0.0000000052`. */
function expandExponent(text: string): string {
  const [mantissa, exponent] = [`split_part(${text}, 'E-', 1)`, `split_part(${text}, 'E-', 2)`];
  const zeros = `repeat('0', ${exponent}::INTEGER - 1)`;
  return `CASE WHEN ${exponent}::INTEGER > 0 THEN
    CASE WHEN starts_with(${text}, '-') THEN '-0.' ELSE '0.' END || ${zeros} || replace(ltrim(${mantissa}, '-'), '.', '') END`;
}

/**
 * Reads a double as the shortest decimal that parses back to the same double: 0.1 is 0.1, not 0.1000000000000000055. A
 * decimal of at most 15 digits that parses back is the shortest one. Values below 10,000 with up to 11 decimals
 * therefore skip the conversion to text.
 */
function buildDecimalOfDouble(sql: string): string {
  const short = `TRY_CAST(${sql} AS DECIMAL(18,11))`;
  const isExact = `abs(${sql}) < 10000 AND ${short}::DOUBLE = ${sql}`;
  return `CASE WHEN ${isExact} THEN ${short}::${EXACT_TYPE} ELSE TRY_CAST(${sql}::VARCHAR AS ${EXACT_TYPE}) END`;
}

function toInstant(from: SourceExpression): Conversion {
  const { sql, type } = from;
  if (type === 'TIMESTAMP') return { sql, canFail: false };
  if (/^TIMESTAMP_|^DATE$/.test(type)) return { sql: `${sql}::TIMESTAMP`, canFail: false };
  if (type === 'TIMESTAMP WITH TIME ZONE') return { sql: `timezone('UTC', ${sql})`, canFail: false };
  return { sql: buildInstantOfText(castToText(from)), canFail: true };
}

/**
 * Tries plain UTC first, which needs no calendar lookup; then TIMESTAMPTZ, so that an offset is applied (without an
 * offset the session's time zone, UTC, applies); then Azure's `2026-11-01T00:00Z`, which has no seconds. Words
 * (`epoch`, `infinity`) are rejected.
 */
function buildInstantOfText(text: string): string {
  const isPlain = `(length(${text}) = 19 AND ${text}[17] = ':') OR (length(${text}) = 20 AND ends_with(${text}, 'Z'))`;
  const zoned = (value: string) => `timezone('UTC', TRY_CAST(${value} AS TIMESTAMPTZ))`;
  const withSeconds = `regexp_replace(${text}, '^(.{10}[T ][0-9]{2}:[0-9]{2})(Z|[+-].*)$', '\\1:00\\2')`;
  // The engine reads `4/1/25` as a day of the year 4, so a date must begin with a four-digit year.
  const hasYear = `TRY_CAST(left(${text}, 4) AS USMALLINT) IS NOT NULL AND ${text}[5] IN ('-', '/')`;
  return `CASE WHEN ${hasYear} THEN coalesce(
    CASE WHEN ${isPlain} THEN TRY_CAST(${text} AS TIMESTAMP) END, ${zoned(text)}, ${zoned(withSeconds)}) END`;
}

const TAGS = 'MAP(VARCHAR, VARCHAR)';

function toTags(from: SourceExpression): Conversion {
  const { sql, type } = from;
  if (type === TAGS) return { sql, canFail: false };
  if (type.startsWith('MAP')) return { sql: `TRY_CAST(${sql} AS ${TAGS})`, canFail: true };
  return { sql: `TRY_CAST(TRY_CAST(${castToText(from)} AS JSON) AS ${TAGS})`, canFail: true };
}
