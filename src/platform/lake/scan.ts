import type { LakeTable } from './lake.ts';
import { identifier, literal } from './quote.ts';

/** Prefix of columns that the table does not define. */
export const OTHER_PREFIX = 'x_';

export interface ScannedFile {
  /** Absolute path; its last part is the file's id. */
  readonly path: string;
  readonly others: readonly string[];
}

export interface ScanOptions {
  /** Adds `lake_file` and `file_row_number` (0-based). */
  readonly rowIds: boolean;
  /** Other columns that a query names: they are there, and null, also when no file has them. */
  readonly others: readonly string[];
}

/** A FROM item over files of one table. Files that hold the same columns are read together; a missing column is null. */
export function scanRelation(table: LakeTable, files: readonly ScannedFile[], options: ScanOptions): string {
  const all = distinctNames([...files.flatMap(({ others }) => others), ...options.others]);
  if (files.length === 0) return emptyRelation(table, all, options.rowIds);
  const groups = Map.groupBy(files, ({ others }) => JSON.stringify(others));
  const selects = [...groups.values()].map((group) => scanGroup(table, group, all, options.rowIds));
  return `(${selects.join(' UNION ALL ')})`;
}

/** Column names are case-insensitive in the engine. */
function distinctNames(names: readonly string[]): string[] {
  return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()];
}

function scanGroup(table: LakeTable, group: readonly ScannedFile[], all: readonly string[], rowIds: boolean): string {
  const held = group[0]?.others ?? [];
  const folded = new Set(held.map((name) => name.toLowerCase()));
  const known = Object.keys(table.columns).filter((name) => name !== table.others);
  const others = all.map((name) =>
    folded.has(name.toLowerCase()) ? identifier(name) : `NULL::VARCHAR AS ${identifier(name)}`,
  );
  const columns = [
    ...known.map(identifier),
    ...others,
    ...(table.others === undefined ? [] : [`${mapOf(held)} AS ${identifier(table.others)}`]),
    ...(rowIds ? [`regexp_extract(filename, '([0-9a-f-]+)\\.parquet$', 1) AS lake_file`, 'file_row_number'] : []),
  ];
  const paths = group.map(({ path }) => literal(path)).join(', ');
  const options = rowIds ? ', filename = true, file_row_number = true' : '';
  const { later = [] } = table;
  if (later.length === 0) return `SELECT ${columns.join(', ')} FROM read_parquet([${paths}]${options})`;
  const lacking = later.map((name) => `NULL::${table.columns[name]} AS ${identifier(name)}`);
  return `SELECT ${columns.join(', ')} FROM (FROM read_parquet([${paths}], union_by_name = true${options})
    UNION ALL BY NAME SELECT ${lacking.join(', ')} WHERE false)`;
}

/** Only computed for a query that reads it: the engine drops unused columns. */
function mapOf(others: readonly string[]): string {
  if (others.length === 0) return NO_OTHERS;
  const names = others.map((name) => literal(name.slice(OTHER_PREFIX.length)));
  return `MAP([${names.join(', ')}], [${others.map(identifier).join(', ')}])`;
}

const NO_OTHERS = 'NULL::MAP(VARCHAR, VARCHAR)';

function emptyRelation(table: LakeTable, others: readonly string[], rowIds: boolean): string {
  const columns = Object.entries(table.columns)
    .filter(([name]) => name !== table.others)
    .map(([name, type]) => `NULL::${type} AS ${identifier(name)}`);
  columns.push(...others.map((name) => `NULL::VARCHAR AS ${identifier(name)}`));
  if (table.others !== undefined) columns.push(`${NO_OTHERS} AS ${identifier(table.others)}`);
  if (rowIds) columns.push('NULL::VARCHAR AS lake_file', 'NULL::BIGINT AS file_row_number');
  return `(SELECT ${columns.join(', ')} WHERE false)`;
}
