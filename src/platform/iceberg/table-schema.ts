import { AppError } from '../errors/index.ts';
import { buildIcebergType, type IcebergField, type IcebergType } from './column-type.ts';
import type { IcebergTable } from './warehouse.ts';

/** The lake partition of a row: no column of the Parquet files, readers take it from the manifest. */
export const PARTITION_COLUMN = { id: 1, name: 'steelyard_partition' } as const;
/** The id of the file of a row, likewise. */
export const FILE_COLUMN = { id: 2, name: 'steelyard_file' } as const;
const ROW_COLUMN: KnownColumn = { id: 3, name: 'steelyard_row', type: 'BIGINT', spellings: [] };

/** A column of a published table. It is never removed, and its id never used for another one. */
export interface KnownColumn {
  readonly id: number;
  readonly name: string;
  /** DuckDB type. */
  readonly type: string;
  /** Other spellings of the name in Parquet files, which count as this column. */
  readonly spellings: readonly string[];
}

/**
 * Adds the columns of a table, and other columns of its files, to those known. A known column keeps its id; names that differ only in case are one
 * column under the first spelling. Error: `iceberg_column_changed` for a column whose type differs from the known one.
 */
export function growColumns(
  table: IcebergTable,
  others: Iterable<string>,
  known: readonly KnownColumn[],
): readonly KnownColumn[] {
  const columns = new Map(known.map((column) => [column.name.toLowerCase(), column]));
  let lastId = findLastId(known);
  const add = (name: string, type: string) => {
    const column = columns.get(name.toLowerCase());
    if (column === undefined) {
      columns.set(name.toLowerCase(), { id: lastId + 1, name, type, spellings: [] });
      lastId += countIds(type);
      return;
    }
    if (describeType(column.type) !== describeType(type)) throw createColumnChanged(table, column, type);
    if (column.name === name || column.spellings.includes(name)) return;
    columns.set(name.toLowerCase(), { ...column, spellings: [...column.spellings, name] });
  };
  for (const [name, type] of Object.entries(table.columns)) if (name !== table.others) add(name, type);
  for (const name of others) add(name, 'VARCHAR');
  return [...columns.values()];
}

function createColumnChanged(
  { name: table }: IcebergTable,
  { name, type: before }: KnownColumn,
  type: string,
): AppError {
  const detail = `Cannot publish column "${name}" of table ${table} as ${type}: it was published as ${before}. Give the changed column another name.`;
  return new AppError('iceberg_column_changed', detail, { table, column: name, before, type });
}

/** Highest id of a column or nested field; at least that of the columns which every table has. */
export function findLastId(columns: readonly KnownColumn[]): number {
  return Math.max(ROW_COLUMN.id, ...columns.map(({ id, type }) => id + countIds(type) - 1));
}

/** The same text for each way to write a type. */
function describeType(type: string): string {
  return JSON.stringify(buildIcebergType(type, () => 0));
}

/** Ids that a column takes, with its nested fields. */
function countIds(type: string): number {
  let ids = 1;
  buildIcebergType(type, () => ids++);
  return ids;
}

/**
 * Fields of the schema, in the order of their ids. A column that the table no longer has stays: during an upgrade, servers with and without a new
 * column publish the same table.
 */
export function buildFields(table: IcebergTable, columns: readonly KnownColumn[]): readonly IcebergField[] {
  const physical = [...columns, ...(table.hasPositions ? [ROW_COLUMN] : [])];
  const fromManifest = [PARTITION_COLUMN, FILE_COLUMN].map(
    ({ id, name }): IcebergField => ({ id, name, required: false, type: 'string' }),
  );
  return [...physical.map(buildField), ...fromManifest];
}

function buildField({ id, name, type }: KnownColumn): IcebergField {
  let next = id + 1;
  return { id, name, required: false, type: buildIcebergType(type, () => next++) };
}

interface MappedField {
  'field-id': number;
  names: readonly string[];
  fields?: MappedField[];
}

/**
 * Field ids by the names of columns in Parquet files, for the table property `schema.name-mapping.default`: files of DuckDB have no ids.
 * Always has `steelyard_row`, because some readers refuse a file with a column that is not there.
 */
export function buildNameMapping(columns: readonly KnownColumn[]): readonly MappedField[] {
  return [...columns, ROW_COLUMN].map((column) => mapField(buildField(column), column.spellings));
}

function mapField({ id, name, type }: IcebergField, spellings: readonly string[] = []): MappedField {
  const nested = listNestedFields(type).map((field) => mapField(field));
  const mapped = { 'field-id': id, names: [name, ...spellings] };
  return nested.length === 0 ? mapped : { ...mapped, fields: nested };
}

/** Nested fields by their names in Parquet. */
function listNestedFields(type: IcebergType): IcebergField[] {
  if (typeof type === 'string') return [];
  if (type.type === 'struct') return type.fields;
  if (type.type === 'list') return [{ id: type['element-id'], name: 'element', required: false, type: type.element }];
  return [
    { id: type['key-id'], name: 'key', required: false, type: type.key },
    { id: type['value-id'], name: 'value', required: false, type: type.value },
  ];
}
