import { Readable } from 'node:stream';
import { subjectFields } from '../../org/schema.ts';
import { decodePageToken, encodePageToken } from '../../platform/contract/page-token.ts';
import { formatCsvLine } from '../../platform/csv/index.ts';
import { buildCsvLineSql, buildPlainDecimalSql, quoteIdentifier } from '../../platform/lake/index.ts';
import { decimalString } from '../../platform/units/index.ts';
import { focusColumnNames, focusColumns, toCamelCase } from '../billing/index.ts';
import { buildCostSource, buildDimensionExpression, type CostRelations, type CostSelection } from './query.ts';
import { buildRelations, type CostsDeps } from './relations.ts';
import { type TextRow, toTextOrNull } from './text-row.ts';

/** Displayed columns of a row: its origin, its subject, then FOCUS in camelCase. */
const rowColumns: readonly (readonly [name: string, expression: string])[] = [
  ['delivery', 'delivery'],
  ['file', 'file'],
  ['rowNumber', 'coalesce(source_row, file_row_number + 1)::VARCHAR'],
  ['rule', 'a.rule'],
  ['kind', buildDimensionExpression('kind')],
  ['ratio', 'a.ratio::VARCHAR'],
  ['method', 'a.method'],
  ['layer', 'a.layer::VARCHAR'],
  ['share', 'a.share::VARCHAR'],
  ['usageUnit', 'a.usage_unit'],
  ['usageQuantity', 'a.usage_quantity::VARCHAR'],
  ['reason', 'a.reason'],
  ...subjectFields.map((field) => [field, `a.${quoteIdentifier(field)}`] as const),
  ...focusColumnNames.map((name) => [toCamelCase(name), buildDimensionExpression(toCamelCase(name))] as const),
];

/** Cost columns in which a share replaces the cost of its row, so that listed rows add up to the sums. */
const costs = new Set(['BilledCost', 'EffectiveCost', 'ListCost', 'ContractedCost'].map(toCamelCase));

function buildRowsSql(selection: CostSelection, relations: CostRelations, only: string): string {
  // Every row displays its subject, so allocations always join here.
  const { from, amount } = buildCostSource(selection, ['rule'], relations);
  const columns = rowColumns.map(
    ([name, expression]) => `${buildCellSql(name, expression)} AS ${quoteIdentifier(name)}`,
  );
  return `SELECT ${columns.join(', ')}, to_json("x_Columns")::VARCHAR AS custom_columns, ${amount} AS sort_amount
    FROM ${from} WHERE ${only} ORDER BY sort_amount DESC NULLS LAST, ${PLACE}`;
}

/**
 * Formats the columns as CSV lines in the engine's threads; formatting rows in JavaScript would block the event loop.
 */
function buildLinesSql(selection: CostSelection, relations: CostRelations): string {
  const { from, where, amount } = buildCostSource(selection, ['rule'], relations);
  const fields = rowColumns.map(([name, expression]) => {
    const text = `(${buildCellSql(name, expression)})::VARCHAR`;
    return decimals.has(name) ? buildPlainDecimalSql(text) : text;
  });
  return `SELECT ${buildCsvLineSql([...fields, 'to_json("x_Columns")::VARCHAR'])} AS line
    FROM ${from} ${where} ORDER BY ${amount} DESC NULLS LAST, ${PLACE}`;
}

function buildCellSql(name: string, expression: string): string {
  if (!costs.has(name)) return expression;
  const column = toFocusName(name);
  return `CASE WHEN a.share IS NULL THEN b.${quoteIdentifier(column)} ELSE a.${quoteIdentifier(`shared_${column}`)} END::VARCHAR`;
}

/** Columns that identify a listed row. */
const PLACE = 'b.lake_file, file_row_number, a.share';

/**
 * Restricts the relations to the few rows of a page and to rows of other files with the same numbers, with the
 * condition that separates them. The reader skips the other rows; sorting all columns of all rows would hold them in
 * memory.
 */
async function restrictToPage(
  deps: CostsDeps,
  selection: CostSelection,
  relations: CostRelations,
  { offset, rows }: { readonly offset: number; readonly rows: number },
): Promise<{ relations: CostRelations; isOnPage: string }> {
  const { from, where, amount } = buildCostSource(selection, ['rule'], relations);
  const places =
    await deps.lake.engine.queryKept(`SELECT b.lake_file, file_row_number, a.share::INTEGER AS share FROM ${from} ${where}
    ORDER BY ${amount} DESC NULLS LAST, ${PLACE} LIMIT ${rows} OFFSET ${offset}`);
  const numbers = ['-1', ...new Set(places.map((place) => String(place.file_row_number)))].join(', ');
  const listed = places.map(
    (place) =>
      `('${String(place.lake_file)}', ${String(place.file_row_number)}, ${place.share === null ? -1 : Number(place.share)})`,
  );
  return {
    relations: {
      ...relations,
      bill: `(SELECT * FROM ${relations.bill} WHERE file_row_number IN (${numbers}))`,
      allocation: `(SELECT * FROM ${relations.allocation} WHERE row_number IN (${numbers}))`,
    },
    isOnPage: `(b.lake_file, file_row_number, coalesce(a.share, -1)) IN (${['(NULL, NULL, NULL)', ...listed].join(', ')})`,
  };
}

function toFocusName(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

const decimals = new Set<string>([
  'ratio',
  'usageQuantity',
  ...focusColumnNames.filter((name) => focusColumns[name] === 'decimal').map(toCamelCase),
]);

function toTextRow(row: Record<string, unknown>): TextRow {
  const shown: TextRow = {};
  for (const [name] of rowColumns) {
    const value = toTextOrNull(row[name]);
    shown[name] = value !== null && decimals.has(name) ? decimalString(value) : value;
  }
  const custom = row.custom_columns === null ? {} : (JSON.parse(String(row.custom_columns)) as TextRow);
  for (const [name, value] of Object.entries(custom)) shown[`x_${name}`] = value;
  return shown;
}

export async function readRowPage(
  deps: CostsDeps,
  selection: CostSelection,
  page: { readonly pageSize: number; readonly pageToken?: string | undefined },
): Promise<{ rows: TextRow[]; totalRows: number; nextPageToken: string | null }> {
  const [offset = 0] = page.pageToken === undefined ? [] : decodePageToken(page.pageToken, selection).map(Number);
  const relations = await buildRelations(deps, selection);
  const { from, where } = buildCostSource(selection, ['rule'], relations);
  const asked = await restrictToPage(deps, selection, relations, { offset, rows: page.pageSize + 1 });
  const [found, counted] = await Promise.all([
    deps.lake.engine.queryKept(buildRowsSql(selection, asked.relations, asked.isOnPage)),
    deps.lake.engine.queryKept(`SELECT count(*)::INTEGER AS rows FROM ${from} ${where}`),
  ]);
  const more = found.length > page.pageSize;
  return {
    rows: found.slice(0, page.pageSize).map(toTextRow),
    totalRows: Number(counted[0]?.rows ?? 0),
    nextPageToken: more ? encodePageToken([offset + page.pageSize], selection) : null,
  };
}

/** Every row of a selection as CSV, streamed. */
export async function buildRowsCsv(deps: CostsDeps, selection: CostSelection): Promise<Readable> {
  const sql = buildLinesSql(selection, await buildRelations(deps, selection));
  async function* lines() {
    yield formatCsvLine([...rowColumns.map(([name]) => name), 'customColumns']);
    for await (const chunk of deps.lake.engine.stream(sql)) yield chunk.map(({ line }) => String(line)).join('');
  }
  return Readable.from(lines());
}
