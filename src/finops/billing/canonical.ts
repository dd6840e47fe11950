import { identifier, literal } from '../../platform/lake/index.ts';
import { convert, textOf } from './convert.ts';
import { duckDbTypes, type FocusColumn, focusColumnNames, focusColumns } from './focus-columns.ts';
import type { FormatMapping, SourceColumn, SourceExpression } from './formats/format.ts';
import type { SourceRelation } from './source-relation.ts';

/** Without these a row can neither be dated nor summed. */
const REQUIRED: readonly FocusColumn[] = ['BilledCost', 'BillingCurrency', 'BillingPeriodStart', 'ChargePeriodStart'];

/** Where the rows of one file come from and what they belong to. */
export interface RowOrigin {
  readonly delivery: string;
  readonly source: string;
  readonly file: string;
}

/**
 * SELECT of canonical rows from a file. Its last column `reject` is null for a good row, else `column␟kind␟value` of the
 * first thing that is wrong with it.
 */
export function canonicalSelect(source: SourceRelation, mapping: FormatMapping, origin: RowOrigin): string {
  const focus = focusColumnNames.map((name) => `${convertedOf(mapping, name)} AS ${identifier(name)}`);
  const period = `strftime(${convertedOf(mapping, 'BillingPeriodStart')}, '%Y-%m')`;
  return `SELECT ${literal(origin.delivery)} AS delivery, ${literal(origin.source)} AS source,
    ${literal(origin.file)} AS file, ${period} AS period, ${source.rowNumber ?? 'NULL::BIGINT'} AS source_row,
    ${[...focus, ...customColumns(source.columns, mapping.custom)].join(',\n    ')},
    ${rejectCase(mapping)} AS reject
    FROM ${source.relation}`;
}

function convertedOf(mapping: FormatMapping, name: FocusColumn): string {
  const from = mapping.columns.get(name);
  const type = focusColumns[name];
  return from === undefined ? `NULL::${duckDbTypes[type]}` : convert(type, from).sql;
}

/** Each as text in a column of its own: a bill of a hundred such columns is read and written column by column. */
function customColumns(columns: readonly SourceColumn[], custom: readonly string[]): string[] {
  const kept = new Set(custom);
  const taken = new Set<string>();
  return columns
    .filter(({ name }) => kept.has(name))
    .map(({ name, type }) => {
      const base = `x_${name.replace(/^x_/i, '')}`;
      let distinct = base;
      for (let count = 2; taken.has(distinct.toLowerCase()); count += 1) distinct = `${base}_${count}`;
      taken.add(distinct.toLowerCase());
      return `${textOf({ sql: identifier(name), type })} AS ${identifier(distinct)}`;
    });
}

const kinds = { decimal: 'decimal', instant: 'instant', tags: 'json' } as const;
/**
 * ISO 4217, from the runtime's own table, as one text to search; those of most bills first. A list of that many values
 * would make the engine join the rows with it, and a join gives up the order of the file.
 */
const currencies = ` ${[...new Set(['USD', 'EUR', 'GBP', ...Intl.supportedValuesOf('currency')])].join(' ')} `;

function rejectCase(mapping: FormatMapping): string {
  const required = REQUIRED.map(
    (name) => `WHEN ${sourceOf(mapping, name).sql} IS NULL THEN ${rejection(name, 'missing')}`,
  );
  return `CASE ${[...required, ...unreadable(mapping), unknownCurrency(mapping), ...reversedPeriods(mapping)].join('\n      ')} END`;
}

/** Columns whose values may not be what they should: a bad one is there before the conversion and null after it. */
function unreadable(mapping: FormatMapping): string[] {
  return [...mapping.columns].flatMap(([name, from]) => {
    const type = focusColumns[name];
    const { sql, canFail } = convert(type, from);
    if (type === 'text' || type === 'json' || !canFail) return [];
    return [`WHEN ${from.sql} IS NOT NULL AND ${sql} IS NULL THEN ${rejection(from.shown, kinds[type], textOf(from))}`];
  });
}

function unknownCurrency(mapping: FormatMapping): string {
  const from = sourceOf(mapping, 'BillingCurrency');
  const isKnown = `length(${from.sql}) = 3 AND contains(${literal(currencies)}, ' ' || ${from.sql} || ' ')`;
  return `WHEN NOT (${isKnown}) THEN ${rejection(from.shown, 'currency', textOf(from))}`;
}

function reversedPeriods(mapping: FormatMapping): string[] {
  return (['ChargePeriod', 'BillingPeriod'] as const).flatMap((prefix) => {
    const [start, end] = [mapping.columns.get(`${prefix}Start`), mapping.columns.get(`${prefix}End`)];
    if (start === undefined || end === undefined) return [];
    const [from, to] = [convertedOf(mapping, `${prefix}Start`), convertedOf(mapping, `${prefix}End`)];
    return [
      `WHEN ${to} < ${from} THEN ${rejection(end.shown, 'period', `${textOf(start)} || ' to ' || ${textOf(end)}`)}`,
    ];
  });
}

function sourceOf(mapping: FormatMapping, name: FocusColumn): SourceExpression {
  return mapping.columns.get(name) ?? { sql: 'NULL', type: 'VARCHAR', shown: name };
}

const SEPARATOR = '\x1f';

function rejection(column: string, kind: string, value = "''"): string {
  return `${literal(`${column}${SEPARATOR}${kind}${SEPARATOR}`)} || ${value}`;
}

const expectations: Readonly<Record<string, string>> = {
  missing: 'is empty; a value is required',
  decimal: 'is not a decimal number; expected digits with a point, such as -12.345',
  instant: 'is not an instant; expected UTC such as 2026-11-01T00:00:00Z',
  json: 'is not a JSON object of tags; expected {"key": "value"}',
  currency: 'is not an ISO 4217 currency; expected a code such as USD',
  period: 'ends before it starts',
};

/** The reject column as a person reads it. */
export function explainRejection(reject: string): { column: string; reason: string } {
  const [column = '', kind = '', value = ''] = reject.split(SEPARATOR);
  const shown = kind === 'missing' ? column : `${column} "${value.slice(0, 80)}"`;
  return { column, reason: `${shown} ${expectations[kind] ?? 'is wrong'}` };
}
