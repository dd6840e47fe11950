import { subjectFields } from '../../../org/schema.ts';
import type { Download } from '../../../platform/http/index.ts';
import { type ExportFormat, quoteIdentifier } from '../../../platform/lake/index.ts';
import { focusColumns } from '../../billing/index.ts';
import { buildRowSource, type RowSelection } from '../query.ts';
import { type CostFiles, type CostsDeps, createRelations, findCostFiles, listNamedDimensions } from '../relations.ts';
import { buildCustomNames } from './custom-names.ts';
import type { FocusVersion } from './schema.ts';
import { allocatedColumns, buildStretchSql, STRETCH, splitQuantity } from './shares.ts';
import { listVersionColumns } from './versions.ts';

export interface FocusQuestion extends RowSelection {
  readonly version: FocusVersion;
  readonly fileFormat: ExportFormat;
  /** Whether columns of bills that FOCUS does not have are exported: their names are of all teams. */
  readonly hasCustomColumns: boolean;
}

const contentTypes: Readonly<Record<ExportFormat, string>> = {
  parquet: 'application/vnd.apache.parquet',
  csv: 'text/csv; charset=utf-8',
};

/**
 * Exports the allocated cost as a FOCUS file. Allocated rows add up to their origin row in every cost and quantity;
 * dimensions, tags and unit prices are those of the origin row. Errors: `bill_delivery_not_found`, `dimension_unknown`,
 * `invalid_request`, `storage_full`.
 */
export async function exportFocusFile(deps: CostsDeps, question: FocusQuestion): Promise<Download> {
  const files = await findCostFiles(deps, question);
  const relations = createRelations(deps.lake, files, listNamedDimensions(question, []));
  const shares = { ...relations, allocation: buildStretchSql(relations.allocation), shareColumns: STRETCH };
  const source = buildRowSource(question, ['rule'], shares);
  const columns = exportColumns(question, files, source.cost).map(
    ([name, { sql, type }]) => `${buildCellSql(sql, type, question.fileFormat)} AS ${quoteIdentifier(name)}`,
  );
  const select = `SELECT ${columns.join(',\n')} FROM ${source.from} ${source.where}`;
  return {
    contentType: contentTypes[question.fileFormat],
    filename: buildFilename(question),
    content: await deps.lake.exported(select, question.fileFormat),
  };
}

function buildFilename({ version, fileFormat, period, from, to, delivery }: FocusQuestion): string {
  const range = from === undefined && to === undefined ? [] : [`${from ?? ''}..${to ?? ''}`];
  const what = [delivery, period, ...range].flatMap((part) => (part === undefined ? [] : [`-${part}`]));
  return `focus-${version}${what.join('')}.${fileFormat}`;
}

type ColumnType = 'text' | 'decimal' | 'instant' | 'tags';
interface ExportColumn {
  readonly sql: string;
  readonly type: ColumnType;
}

const costs = ['BilledCost', 'EffectiveCost', 'ListCost', 'ContractedCost'];
/** Aggregatable columns other than the four costs; split in the same way. */
const quantities = [
  'CommitmentDiscountQuantity',
  'ConsumedQuantity',
  'PricingCurrencyEffectiveCost',
  'PricingQuantity',
];

function exportColumns(
  { version, hasCustomColumns }: Pick<FocusQuestion, 'version' | 'hasCustomColumns'>,
  files: CostFiles,
  cost: (column: string) => string,
): [name: string, column: ExportColumn][] {
  const others = [...new Set(files.bill.flatMap((file) => file.others))].toSorted();
  const publisher = others.find((name) => name.toLowerCase() === 'x_publishername');
  const focus = listVersionColumns(version).map((name): [string, ExportColumn] => [
    name,
    buildFocusColumn(name, publisher, cost),
  ]);
  const own = [...focus.map(([name]) => name), ...Object.keys(steelyardColumns)];
  const isShown = (name: string) => version === '1.4' || name !== publisher;
  const custom = [...buildCustomNames(hasCustomColumns ? others.filter(isShown) : [], own)].map(
    ([name, given]): [string, ExportColumn] => [given, { sql: `b.${quoteIdentifier(name)}`, type: 'text' }],
  );
  return [...focus, ...Object.entries(version === '1.2' ? listColumnsOf12() : steelyardColumns), ...custom];
}

function buildFocusColumn(name: string, publisher: string | undefined, cost: (column: string) => string): ExportColumn {
  if (name === 'ProviderName') return { sql: 'b.ServiceProviderName', type: 'text' };
  if (name === 'PublisherName') return { sql: buildPublisherSql(publisher), type: 'text' };
  const type = findColumnType(name);
  if (costs.includes(name)) return { sql: cost(name), type };
  if (quantities.includes(name)) return { sql: splitQuantity(name), type };
  return { sql: allocatedColumns[name] ?? `b.${quoteIdentifier(name)}`, type };
}

/** FOCUS up to 1.3 has a separate publisher column; a bill without a publisher falls back to the provider. */
function buildPublisherSql(publisher: string | undefined): string {
  return publisher === undefined
    ? 'b.ServiceProviderName'
    : `coalesce(b.${quoteIdentifier(publisher)}, b.ServiceProviderName)`;
}

function findColumnType(name: string): ColumnType {
  const type = focusColumns[name as keyof typeof focusColumns];
  return type === 'json' ? 'text' : type;
}

const buildTextColumn = (sql: string): ExportColumn => ({ sql, type: 'text' });

/** Origin of a row, its subject and its rule; under names that FOCUS allows for custom columns. */
const steelyardColumns: Readonly<Record<string, ExportColumn>> = {
  x_SteelyardDelivery: buildTextColumn('b.delivery'),
  x_SteelyardFile: buildTextColumn('b.file'),
  x_SteelyardRow: buildTextColumn('coalesce(b.source_row, b.file_row_number + 1)::VARCHAR'),
  x_SteelyardSource: buildTextColumn('b.source'),
  x_SteelyardRule: buildTextColumn('a.rule'),
  x_SteelyardKind: buildTextColumn(`coalesce(a.kind, 'unallocated')`),
  x_SteelyardReason: buildTextColumn('a.reason'),
  ...Object.fromEntries(
    subjectFields.map((field) => [
      `x_Steelyard${field.charAt(0).toUpperCase()}${field.slice(1)}`,
      buildTextColumn(`a.${quoteIdentifier(field)}`),
    ]),
  ),
};

/** FOCUS 1.2 has no split columns, so the split columns of later versions become custom columns. */
function listColumnsOf12(): Record<string, ExportColumn> {
  const split = Object.entries(allocatedColumns).map(([name, sql]) => [`x_${name}`, buildTextColumn(sql)] as const);
  return { ...steelyardColumns, ...Object.fromEntries(split) };
}

/** Parquet columns have native types; CSV contains plain decimals and instants such as 2026-11-03T00:00:00Z. */
function buildCellSql(sql: string, type: ColumnType, format: ExportFormat): string {
  if (type === 'tags') return `to_json(${sql})::VARCHAR`;
  if (type === 'decimal') return format === 'csv' ? `rtrim(rtrim((${sql})::VARCHAR, '0'), '.')` : `(${sql})`;
  if (type === 'instant') return format === 'csv' ? `strftime(${sql}, '%Y-%m-%dT%H:%M:%SZ')` : `(${sql})::TIMESTAMPTZ`;
  return `(${sql})`;
}
