import { AppError } from '../../platform/errors/index.ts';
import { identifier, literal } from '../../platform/lake/index.ts';
import {
  DECIMAL_TYPE,
  duckDbTypes,
  type FocusColumn,
  focusColumnNames,
  focusColumns,
  formerNames,
} from './focus-columns.ts';

/** Without these a row can neither be dated nor summed. */
const REQUIRED: readonly FocusColumn[] = ['BilledCost', 'BillingCurrency', 'BillingPeriodStart', 'ChargePeriodStart'];

export interface ColumnMapping {
  /** FOCUS column -> column of the file. */
  readonly focus: ReadonlyMap<FocusColumn, string>;
  /** Columns of the file that FOCUS does not know. */
  readonly custom: readonly string[];
}

const folded = (name: string) => name.replaceAll(/[^a-zA-Z0-9]/g, '').toLowerCase();
const byFoldedName = new Map<string, FocusColumn>([
  ...focusColumnNames.map((name) => [folded(name), name] as const),
  ...Object.entries(formerNames).map(([former, name]) => [folded(former), name] as const),
]);

/**
 * Finds the FOCUS columns of a file, whatever its version (1.0 to 1.4) and spelling (`billing_currency`). The exact name
 * wins over a former one. Errors: `bill_column_missing`, naming what was expected.
 */
export function mapColumns(columns: readonly string[], file: string): ColumnMapping {
  const focus = new Map<FocusColumn, string>();
  const custom: string[] = [];
  const exactFirst = columns.toSorted(
    (a, b) => Number(Object.hasOwn(focusColumns, b)) - Number(Object.hasOwn(focusColumns, a)),
  );
  for (const column of exactFirst) {
    const name = byFoldedName.get(folded(column));
    if (name === undefined || focus.has(name)) custom.push(column);
    else focus.set(name, column);
  }
  const missing = REQUIRED.filter((name) => !focus.has(name));
  if (missing.length > 0) {
    throw new AppError(
      'bill_column_missing',
      `${file}, line 1: column ${missing.join(', ')} is missing. A FOCUS 1.0 to 1.4 bill has it; this file begins with ${columns.slice(0, 4).join(', ')}.`,
      { file, line: 1, column: missing[0], missing },
    );
  }
  return { focus, custom };
}

/** Where the rows of one file come from and what they belong to. */
export interface RowOrigin {
  readonly delivery: string;
  readonly source: string;
  readonly file: string;
}

/**
 * SELECT of canonical rows from a relation whose columns are all text. Its last column `reject` is null for a good row,
 * else `column␟kind␟value` of the first thing that is wrong with it.
 */
export function canonicalSelect(relation: string, mapping: ColumnMapping, origin: RowOrigin): string {
  const focus = focusColumnNames.map((name) => {
    const raw = mapping.focus.get(name);
    const type = duckDbTypes[focusColumns[name]];
    return `${raw === undefined ? `NULL::${type}` : converted(name, identifier(raw))} AS ${identifier(name)}`;
  });
  const period = `strftime(${convertedOf(mapping, 'BillingPeriodStart')}, '%Y-%m')`;
  return `SELECT ${literal(origin.delivery)} AS delivery, ${literal(origin.source)} AS source,
    ${literal(origin.file)} AS file, ${period} AS period, NULL::BIGINT AS source_row,
    ${focus.join(',\n    ')},
    ${customMap(mapping.custom)} AS "x_Columns",
    ${rejectCase(mapping)} AS reject
    FROM ${relation}`;
}

function converted(name: FocusColumn, raw: string): string {
  switch (focusColumns[name]) {
    case 'decimal':
      return decimalOf(raw);
    case 'instant':
      return instantOf(raw);
    case 'tags':
      return `TRY_CAST(TRY_CAST(${raw} AS JSON) AS MAP(VARCHAR, VARCHAR))`;
    case 'json':
    case 'text':
      return raw;
  }
}

/** Up to 11 decimals go through 64-bit arithmetic where they fit: the same value in a quarter of the time of 128-bit. */
function decimalOf(raw: string): string {
  const isShort = `length(${raw}) - strpos(${raw}, '.') <= 11 AND NOT contains(lower(${raw}), 'e')`;
  const short = `CASE WHEN ${isShort} THEN TRY_CAST(${raw} AS DECIMAL(18,11)) END::${DECIMAL_TYPE}`;
  return `coalesce(${short}, TRY_CAST(${raw} AS ${DECIMAL_TYPE}))`;
}

/**
 * Plain UTC first: it need not ask the calendar. Then through TIMESTAMPTZ, so that an offset is honoured; without one the
 * session's zone, UTC, holds. Then Azure's `2026-11-01T00:00Z`, which has no seconds. Words (`epoch`, `infinity`) are none.
 */
function instantOf(raw: string): string {
  const isPlain = `(length(${raw}) = 19 AND ${raw}[17] = ':') OR (length(${raw}) = 20 AND ends_with(${raw}, 'Z'))`;
  const zoned = (text: string) => `timezone('UTC', TRY_CAST(${text} AS TIMESTAMPTZ))`;
  const withSeconds = `regexp_replace(${raw}, '^(.{10}[T ][0-9]{2}:[0-9]{2})(Z|[+-].*)$', '\\1:00\\2')`;
  return `CASE WHEN ${raw}[1] BETWEEN '0' AND '9' THEN coalesce(
    CASE WHEN ${isPlain} THEN TRY_CAST(${raw} AS TIMESTAMP) END, ${zoned(raw)}, ${zoned(withSeconds)}) END`;
}

function convertedOf(mapping: ColumnMapping, name: FocusColumn): string {
  const raw = mapping.focus.get(name);
  return raw === undefined ? 'NULL' : converted(name, identifier(raw));
}

function customMap(custom: readonly string[]): string {
  if (custom.length === 0) return 'NULL::MAP(VARCHAR, VARCHAR)';
  const names = custom.map((name) => literal(name.replace(/^x_/i, '')));
  return `MAP([${names.join(', ')}], [${custom.map(identifier).join(', ')}])`;
}

const kinds = { decimal: 'decimal', instant: 'instant', tags: 'json' } as const;
/** ISO 4217, from the runtime's own table. */
const currencies = Intl.supportedValuesOf('currency');

function rejectCase(mapping: ColumnMapping): string {
  const tests: string[] = [];
  for (const name of REQUIRED) {
    const raw = identifier(mapping.focus.get(name) ?? name);
    tests.push(`WHEN ${raw} IS NULL THEN ${rejection(name, 'missing', "''")}`);
  }
  for (const [name, column] of mapping.focus) {
    const type = focusColumns[name];
    if (type === 'text' || type === 'json') continue;
    const raw = identifier(column);
    tests.push(`WHEN ${raw} IS NOT NULL AND ${converted(name, raw)} IS NULL THEN ${rejection(name, kinds[type], raw)}`);
  }
  const currency = identifier(mapping.focus.get('BillingCurrency') ?? '');
  tests.push(
    `WHEN ${currency} NOT IN (${currencies.map(literal).join(',')}) THEN ${rejection('BillingCurrency', 'currency', currency)}`,
  );
  for (const prefix of ['ChargePeriod', 'BillingPeriod'] as const) {
    const [start, end] = [mapping.focus.get(`${prefix}Start`), mapping.focus.get(`${prefix}End`)];
    if (start === undefined || end === undefined) continue;
    const [from, to] = [convertedOf(mapping, `${prefix}Start`), convertedOf(mapping, `${prefix}End`)];
    const value = `${identifier(start)} || ' to ' || ${identifier(end)}`;
    tests.push(`WHEN ${to} < ${from} THEN ${rejection(`${prefix}End`, 'period', value)}`);
  }
  return `CASE ${tests.join('\n      ')} END`;
}

const SEPARATOR = '\x1f';

function rejection(column: string, kind: string, value: string): string {
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
