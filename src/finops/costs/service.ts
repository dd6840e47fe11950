import { Readable } from 'node:stream';
import { subjectFields } from '../../org/schema.ts';
import { decodePageToken, encodePageToken } from '../../platform/contract/page-token.ts';
import { AppError } from '../../platform/errors/index.ts';
import { identifier, type Lake } from '../../platform/lake/index.ts';
import type { Store } from '../../platform/store/index.ts';
import { decimalString } from '../../platform/units/index.ts';
import { allocations } from '../allocation/index.ts';
import { type Billing, billRows, camelCaseOf, focusColumnNames, focusColumns } from '../billing/index.ts';
import { csvLine } from './csv.ts';
import { type CostRelations, type CostSelection, costSource, dimensionExpression } from './query.ts';

export interface CostsDeps {
  readonly store: Store;
  readonly lake: Lake;
  readonly billing: Pick<Billing, 'currentUnits' | 'rejectedRows'>;
}

const MAX_DIMENSIONS = 4;

type TextRow = Record<string, string | null>;

export interface CostSummary {
  readonly rows: TextRow[];
  readonly totals: { currency: string; amount: string }[];
  readonly leftOut: { rejectedRows: number; rowsWithoutMetric: number };
}

async function relationsOf(deps: CostsDeps): Promise<CostRelations> {
  const [bill, allocation] = await Promise.all([
    deps.lake.relation(deps.store, billRows, { rowIds: true }),
    deps.lake.relation(deps.store, allocations),
  ]);
  return { bill, allocation };
}

/** Cost by dimensions; the totals are computed by the same query, so that they agree with the rows. */
export async function summarise(
  deps: CostsDeps,
  by: readonly string[],
  selection: CostSelection,
): Promise<CostSummary> {
  if (by.length > MAX_DIMENSIONS) {
    throw new AppError('dimension_unknown', `At most ${MAX_DIMENSIONS} dimensions; ${by.length} were given.`);
  }
  const dimensions = [...new Set(by)];
  const { from, where, amount } = costSource(selection, dimensions, await relationsOf(deps));
  const columns = dimensions.map((name, index) => `${dimensionExpression(name)} AS d${index}`);
  const keys = dimensions.map((_, index) => `d${index}`);
  const sql = `SELECT ${[...keys, 'currency'].join(', ')}, sum(amount)::VARCHAR AS amount, sum(missing)::INTEGER AS missing
    FROM (SELECT ${[...columns, 'BillingCurrency AS currency', `${amount} AS amount`].join(', ')},
      (${amount} IS NULL)::INTEGER AS missing FROM ${from} ${where})
    GROUP BY ALL ORDER BY sum(amount) DESC NULLS LAST, ${[...keys, 'currency'].join(', ')}`;
  const [found, totals, rejectedRows] = await Promise.all([
    deps.lake.query(sql),
    totalsOf(deps, selection),
    rejectedIn(deps, selection),
  ]);
  return {
    rows: found.map((row) => ({
      ...Object.fromEntries(dimensions.map((name, index) => [name, textOrNull(row[`d${index}`])])),
      amount: row.amount === null ? null : decimalString(String(row.amount)),
      currency: textOrNull(row.currency),
    })),
    totals,
    leftOut: { rejectedRows, rowsWithoutMetric: found.reduce((sum, row) => sum + Number(row.missing), 0) },
  };
}

/** Totals come from the bill rows themselves, never from the groups, so that a lost group could not hide. */
async function totalsOf(deps: CostsDeps, selection: CostSelection): Promise<CostSummary['totals']> {
  const { from, where, amount } = costSource(selection, [], await relationsOf(deps));
  const rows = await deps.lake.query(
    `SELECT BillingCurrency AS currency, sum(${amount})::VARCHAR AS amount FROM ${from} ${where} GROUP BY 1 HAVING amount IS NOT NULL ORDER BY 1`,
  );
  return rows.map((row) => ({ currency: String(row.currency), amount: decimalString(String(row.amount)) }));
}

async function rejectedIn(deps: CostsDeps, selection: CostSelection): Promise<number> {
  const units = await deps.billing.currentUnits(deps.store);
  const { period, from = '', to = '9999-12' } = selection;
  const inRange = units.filter(
    (unit) => (period === undefined || unit.period === period) && unit.period >= from && unit.period <= to,
  );
  const deliveries = new Set(inRange.map((unit) => unit.delivery));
  const counts = await Promise.all([...deliveries].map((id) => deps.billing.rejectedRows(deps.store, id)));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Columns of a row as shown: where it came from, its subject, then FOCUS in camelCase. */
const rowColumns: readonly (readonly [name: string, expression: string])[] = [
  ['delivery', 'delivery'],
  ['file', 'file'],
  ['rowNumber', 'coalesce(source_row, file_row_number + 1)::VARCHAR'],
  ['rule', 'a.rule'],
  ...subjectFields.map((field) => [field, `a.${identifier(field)}`] as const),
  ...focusColumnNames.map((name) => [camelCaseOf(name), dimensionExpression(camelCaseOf(name))] as const),
];

function rowsSql(selection: CostSelection, relations: CostRelations): string {
  // The subject of every row is shown, so allocations always join here.
  const { from, where, amount } = costSource(selection, ['rule'], relations);
  const columns = rowColumns.map(([name, expression]) => `${expression} AS ${identifier(name)}`);
  return `SELECT ${columns.join(', ')}, to_json("x_Columns")::VARCHAR AS custom_columns, ${amount} AS sort_amount
    FROM ${from} ${where} ORDER BY sort_amount DESC NULLS LAST, b.lake_file, file_row_number`;
}

function shownRow(row: Record<string, unknown>): TextRow {
  const shown: TextRow = {};
  for (const [name] of rowColumns) {
    const value = textOrNull(row[name]);
    const type = focusColumns[(name.charAt(0).toUpperCase() + name.slice(1)) as keyof typeof focusColumns];
    shown[name] = type === 'decimal' && value !== null ? decimalString(value) : value;
  }
  const custom = row.custom_columns === null ? {} : (JSON.parse(String(row.custom_columns)) as TextRow);
  for (const [name, value] of Object.entries(custom)) shown[`x_${name}`] = value;
  return shown;
}

export async function pageRows(
  deps: CostsDeps,
  selection: CostSelection,
  page: { readonly pageSize: number; readonly pageToken?: string | undefined },
): Promise<{ rows: TextRow[]; totalRows: number; nextPageToken: string | null }> {
  const [offset = 0] = page.pageToken === undefined ? [] : decodePageToken(page.pageToken, selection).map(Number);
  const relations = await relationsOf(deps);
  const { from, where } = costSource(selection, ['rule'], relations);
  const [found, counted] = await Promise.all([
    deps.lake.query(`${rowsSql(selection, relations)} LIMIT ${page.pageSize + 1} OFFSET ${offset}`),
    deps.lake.query(`SELECT count(*)::INTEGER AS rows FROM ${from} ${where}`),
  ]);
  const more = found.length > page.pageSize;
  return {
    rows: found.slice(0, page.pageSize).map(shownRow),
    totalRows: Number(counted[0]?.rows ?? 0),
    nextPageToken: more ? encodePageToken([offset + page.pageSize], selection) : null,
  };
}

/** Every row of a selection as CSV, streamed. */
export async function rowsCsv(deps: CostsDeps, selection: CostSelection): Promise<Readable> {
  const sql = rowsSql(selection, await relationsOf(deps));
  const names = rowColumns.map(([name]) => name);
  async function* lines() {
    yield csvLine([...names, 'customColumns']);
    for await (const chunk of deps.lake.stream(sql)) {
      yield chunk
        .map((row) => {
          const shown = shownRow(row);
          return csvLine([...names.map((name) => shown[name] ?? null), textOrNull(row.custom_columns)]);
        })
        .join('');
    }
  }
  return Readable.from(lines());
}

export interface CostDimensions {
  readonly focusColumns: string[];
  readonly subjectFields: string[];
  readonly tagKeys: string[];
  readonly customColumns: string[];
  readonly periods: string[];
  readonly currencies: string[];
}

export async function dimensionsOf(deps: CostsDeps): Promise<CostDimensions> {
  const { bill, allocation } = await relationsOf(deps);
  const counted = (names: readonly string[]) =>
    names.map((name) => `count(${identifier(name)})::INTEGER AS ${identifier(name)}`).join(', ');
  const texts = focusColumnNames.filter((name) => focusColumns[name] === 'text');
  const [used, subjects, tagKeys, custom, periods, currencies] = await Promise.all([
    deps.lake.query(`SELECT ${counted(texts)} FROM ${bill}`),
    deps.lake.query(`SELECT ${counted(subjectFields)} FROM ${allocation}`),
    deps.lake.query(
      `SELECT key FROM (SELECT trim(unnest(map_keys(Tags))) AS key FROM ${bill}) GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 200`,
    ),
    deps.lake.query(`SELECT DISTINCT unnest(map_keys("x_Columns")) AS key FROM ${bill} ORDER BY 1 LIMIT 200`),
    deps.lake.query(`SELECT DISTINCT period FROM ${bill} ORDER BY 1`),
    deps.lake.query(`SELECT DISTINCT BillingCurrency AS currency FROM ${bill} ORDER BY 1`),
  ]);
  return {
    focusColumns: texts.filter((name) => Number(used[0]?.[name] ?? 0) > 0).map(camelCaseOf),
    subjectFields: subjectFields.filter((name) => Number(subjects[0]?.[name] ?? 0) > 0),
    tagKeys: tagKeys.map((row) => String(row.key)),
    customColumns: custom.map((row) => `x_${String(row.key)}`),
    periods: periods.map((row) => String(row.period)),
    currencies: currencies.map((row) => String(row.currency)),
  };
}

function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}
