import { AppError } from '../../../platform/errors/index.ts';
import { type LakeSession, quoteIdentifier, quoteLiteral } from '../../../platform/lake/index.ts';
import type { FormatMapping } from '../formats/format.ts';
import type { DateFormat, NumberFormat } from '../schema.ts';
import type { BillFileFormat } from './inspect-file.ts';
import { findRecordLines } from './record-lines.ts';
import type { SourceRelation } from './source-relation.ts';

/** Date and number formats of a file. */
export interface Written {
  readonly dates: DateFormat;
  /** Explains how dates that are not ISO were read, and why; null where the format was not in doubt. */
  readonly remark: string | null;
  readonly numbers: NumberFormat;
}

/** Date and number formats declared for a file or its source; null when not declared. */
export interface Declared {
  readonly dates: DateFormat | null;
  readonly numbers: NumberFormat | null;
}

export interface WrittenFile {
  readonly path: string;
  readonly name: string;
  /** Declared billing period of the delivery, YYYY-MM; null when not declared. */
  readonly period: string | null;
  readonly declared: Declared;
}

/** `4/1/25`, `01.04.2025`, `04-01-2025 00:00`: day, month and year in an ambiguous order. */
const NUMERIC = '^([0-9]{1,2})([/.-])([0-9]{1,2})[/.-]([0-9]{4}|[0-9]{2})([ T].*)?$';
const isNumericDate = new RegExp(NUMERIC);

/**
 * Determines the date format of a file: ISO; as declared; or the only order of day and month in which every date of the
 * file is valid or lies in the declared billing period. Dates with points are day first. Error: `bill_date_ambiguous`.
 */
export async function detectWriting(
  session: LakeSession,
  source: SourceRelation,
  mapping: FormatMapping,
  format: BillFileFormat,
  file: WrittenFile,
): Promise<Written> {
  const numbers = file.declared.numbers ?? 'plain';
  if (file.declared.dates !== null) {
    return { dates: file.declared.dates, remark: buildDateRemark(file.declared.dates, 'as was declared'), numbers };
  }
  const columns = listTextColumns(source, mapping.dates);
  if (columns.length === 0 || startsWithIso(format, columns)) return { dates: 'iso', remark: null, numbers };
  const found = await findNumericDates(session, source, columns, file.period);
  if (found.count === 0) return { dates: 'iso', remark: null, numbers };
  const { isMonthFirst, isDayFirst, notMonthFirst, notDayFirst } = found;
  // Dates with points, and dates whose day equals their month.
  if (found.isSameEitherWay) return { dates: 'day-first', remark: null, numbers };
  if (isMonthFirst === isDayFirst) {
    throw createAmbiguousError(file.name, found, await findDateLine(session, source, format, file.path, found));
  }
  const dates = isDayFirst ? 'day-first' : 'month-first';
  return { dates, remark: buildDateRemark(dates, `which ${isDayFirst ? notMonthFirst : notDayFirst} shows`), numbers };
}

function buildDateRemark(dates: DateFormat, why: string): string | null {
  if (dates === 'iso') return null;
  return `dates were read as ${dates === 'day-first' ? 'day/month/year' : 'month/day/year'}, ${why}`;
}

/** Rewrites the dates and amounts of a relation as ISO dates and plain decimals. */
export function normalizeColumns(
  source: SourceRelation,
  mapping: FormatMapping,
  { dates, numbers }: Written,
): SourceRelation {
  const replaced = [
    ...(dates === 'iso'
      ? []
      : listTextColumns(source, mapping.dates).map((name) => ({ name, sql: buildIsoDateSql(name, dates) }))),
    ...(numbers === 'plain'
      ? []
      : listTextColumns(source, mapping.amounts).map((name) => ({ name, sql: buildPlainNumberSql(name, numbers) }))),
  ];
  if (replaced.length === 0) return source;
  const list = replaced.map(({ name, sql }) => `${sql} AS ${quoteIdentifier(name)}`);
  return { ...source, relation: `(SELECT * REPLACE (${list.join(', ')}) FROM ${source.relation})` };
}

function listTextColumns({ columns }: SourceRelation, names: readonly string[]): string[] {
  return columns.filter(({ name, type }) => type === 'VARCHAR' && names.includes(name)).map(({ name }) => name);
}

/**
 * The first record decides: a program writes all dates of a file in one format, and a row with a different one is
 * rejected.
 */
function startsWithIso(format: BillFileFormat, columns: readonly string[]): boolean {
  if (format.kind !== 'csv') return false;
  const values = columns.map((column) => format.first[format.header.indexOf(column)] ?? '');
  return values.some((value) => value !== '') && !values.some((value) => isNumericDate.test(value.trim()));
}

interface NumericDates {
  readonly count: number;
  /** Whether every date is valid in this order. */
  readonly isMonthFirst: boolean;
  readonly isDayFirst: boolean;
  /** Every date is the same day in both orders. */
  readonly isSameEitherWay: boolean;
  /** A date that rules one order out; null where none does. */
  readonly notMonthFirst: string | null;
  readonly notDayFirst: string | null;
  /** An ambiguous date, and its column. */
  readonly example: string;
  readonly column: string;
}

async function findNumericDates(
  session: LakeSession,
  source: SourceRelation,
  columns: readonly string[],
  period: string | null,
): Promise<NumericDates> {
  const values = columns.map(
    (name) => `SELECT ${quoteLiteral(name)} AS name, trim(${quoteIdentifier(name)}) AS written FROM ${source.relation}`,
  );
  const part = (group: number) => `regexp_extract(written, ${quoteLiteral(NUMERIC)}, ${group})`;
  // A billing period ends with its last day, or with the first day after it.
  const months = period === null ? null : [Number(period.slice(5)), (Number(period.slice(5)) % 12) + 1].join(', ');
  const isMonth = (number: string) =>
    `${number} BETWEEN 1 AND 12${months === null ? '' : ` AND ${number} IN (${months})`}`;
  const [row] = await session.query(`
    WITH numeric AS (SELECT name, written, ${part(1)}::INTEGER AS a, ${part(3)}::INTEGER AS b,
        ${part(2)} AS separator, ${part(2)} = '-' AND length(${part(4)}) = 2 AS may_begin_with_year
      FROM (${values.join(' UNION ALL ')}) WHERE regexp_matches(written, ${quoteLiteral(NUMERIC)})),
    told AS (SELECT * FROM numeric WHERE separator <> '.')
    SELECT (SELECT count(*) FROM numeric)::INTEGER AS count, count(*)::INTEGER AS told,
      bool_or(may_begin_with_year) AS may_begin_with_year, bool_and(a = b) AS same,
      min(written) FILTER (NOT (${isMonth('a')})) AS not_month_first,
      min(written) FILTER (NOT (${isMonth('b')})) AS not_day_first,
      arg_min(written, written) FILTER (a <> b OR may_begin_with_year) AS example,
      arg_min(name, written) FILTER (a <> b OR may_begin_with_year) AS name
    FROM told`);
  const text = (name: string) => (row?.[name] === null || row?.[name] === undefined ? null : String(row[name]));
  const mayBeginWithYear = row?.may_begin_with_year === true;
  return {
    count: Number(row?.count ?? 0),
    isMonthFirst: !mayBeginWithYear && text('not_month_first') === null,
    isDayFirst: !mayBeginWithYear && text('not_day_first') === null,
    isSameEitherWay: Number(row?.told) === 0 || (!mayBeginWithYear && row?.same === true),
    ...{ notMonthFirst: text('not_month_first'), notDayFirst: text('not_day_first') },
    ...{ example: text('example') ?? '', column: text('name') ?? '' },
  };
}

/** Line of the ambiguous date; null for a format without lines. */
async function findDateLine(
  session: LakeSession,
  { relation }: SourceRelation,
  format: BillFileFormat,
  path: string,
  { column, example }: NumericDates,
): Promise<number | null> {
  if (format.kind === 'parquet') return null;
  const [row] = await session.query(
    `SELECT min(record)::INTEGER AS record FROM (SELECT row_number() OVER () AS record, ${quoteIdentifier(column)} AS written
      FROM ${relation}) WHERE trim(written) = ${quoteLiteral(example)}`,
  );
  const record = Number(row?.record);
  return (await findRecordLines(path, format.compression, new Set([record]), new Set())).get(record) ?? null;
}

function createAmbiguousError(name: string, found: NumericDates, line: number | null): AppError {
  const { notMonthFirst, notDayFirst, example, column } = found;
  const what =
    notMonthFirst !== null && notDayFirst !== null
      ? `${name} holds both ${notDayFirst} and ${notMonthFirst}: no one order of day and month reads all its dates`
      : `${name}${line === null ? '' : `, line ${line}`}: ${column} "${example}" may be two different days, and no date of the file says which`;
  const detail = `${what}. Nothing was stored. State its date format with --date-format month-first or day-first, or export it with dates such as 2026-11-01.`;
  return new AppError('bill_date_ambiguous', detail, { file: name, line, column, value: example });
}

/**
 * Two-digit years belong to this century. A value that is not such a date stays unchanged and is rejected with its row.
 */
function buildIsoDateSql(name: string, order: DateFormat): string {
  const text = `trim(${quoteIdentifier(name)})`;
  const part = (group: number) => `regexp_extract(${text}, ${quoteLiteral(NUMERIC)}, ${group})`;
  const year = `CASE WHEN length(${part(4)}) = 2 THEN '20' ELSE '' END || ${part(4)}`;
  const written = (month: number, day: number) =>
    `${year} || '-' || lpad(${part(month)}, 2, '0') || '-' || lpad(${part(day)}, 2, '0') || ${part(5)}`;
  const [ordered, pointed] = [order === 'month-first' ? written(1, 3) : written(3, 1), written(3, 1)];
  return `CASE WHEN NOT regexp_matches(${text}, ${quoteLiteral(NUMERIC)}) THEN ${quoteIdentifier(name)}
    WHEN ${part(2)} = '.' THEN ${pointed} ELSE ${ordered} END`;
}

/**
 * `$10,000.00` or `1.234,56 €` -> `10000.00`, `1234.56`; other values stay unchanged and are rejected with their row.
 */
function buildPlainNumberSql(name: string, format: NumberFormat): string {
  const [group, point] = format === 'decimal-comma' ? ['.', ','] : [',', '.'];
  const bare = `regexp_replace(${quoteIdentifier(name)}, '[\\p{Sc}\\p{Zs}]', '', 'g')`;
  const shape = `^[-+]?([0-9]{1,3}(\\${group}[0-9]{3})+|[0-9]+)(\\${point}[0-9]+)?$`;
  return `CASE WHEN regexp_matches(${bare}, ${quoteLiteral(shape)})
    THEN replace(replace(${bare}, ${quoteLiteral(group)}, ''), ${quoteLiteral(point)}, '.') ELSE ${quoteIdentifier(name)} END`;
}
