import type { LakeTable } from './lake.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';

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
  const all = dropDuplicateNames([...files.flatMap(({ others }) => others), ...options.others]);
  if (files.length === 0) return buildEmptyRelation(table, all, options.rowIds);
  const groups = Map.groupBy(files, ({ others }) => JSON.stringify(others));
  const selects = [...groups.values()].map((group) => scanGroup(table, group, all, options.rowIds));
  return `(${selects.join(' UNION ALL ')})`;
}

/** Column names are case-insensitive in the engine. */
function dropDuplicateNames(names: readonly string[]): string[] {
  return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()];
}

function scanGroup(table: LakeTable, group: readonly ScannedFile[], all: readonly string[], rowIds: boolean): string {
  const held = group[0]?.others ?? [];
  const folded = new Set(held.map((name) => name.toLowerCase()));
  const known = Object.keys(table.columns).filter((name) => name !== table.others);
  const others = all.map((name) =>
    folded.has(name.toLowerCase()) ? quoteIdentifier(name) : `NULL::VARCHAR AS ${quoteIdentifier(name)}`,
  );
  const columns = [
    ...known.map(quoteIdentifier),
    ...others,
    ...(table.others === undefined ? [] : [`${buildMapSql(held)} AS ${quoteIdentifier(table.others)}`]),
    ...(rowIds ? [`regexp_extract(filename, '([0-9a-f-]+)\\.parquet$', 1) AS lake_file`, 'file_row_number'] : []),
  ];
  const paths = group.map(({ path }) => quoteLiteral(path)).join(', ');
  const options = rowIds ? ', filename = true, file_row_number = true' : '';
  const { later = [] } = table;
  if (later.length === 0) return `SELECT ${columns.join(', ')} FROM read_parquet([${paths}]${options})`;
  const lacking = later.map((name) => `NULL::${table.columns[name]} AS ${quoteIdentifier(name)}`);
  return `SELECT ${columns.join(', ')} FROM (FROM read_parquet([${paths}], union_by_name = true${options})
    UNION ALL BY NAME SELECT ${lacking.join(', ')} WHERE false)`;
}

/** Only computed for a query that reads it: the engine drops unused columns. */
function buildMapSql(others: readonly string[]): string {
  if (others.length === 0) return NO_OTHERS;
  const names = others.map((name) => quoteLiteral(name.slice(OTHER_PREFIX.length)));
  return `MAP([${names.join(', ')}], [${others.map(quoteIdentifier).join(', ')}])`;
}

const NO_OTHERS = 'NULL::MAP(VARCHAR, VARCHAR)';

function buildEmptyRelation(table: LakeTable, others: readonly string[], rowIds: boolean): string {
  const columns = Object.entries(table.columns)
    .filter(([name]) => name !== table.others)
    .map(([name, type]) => `NULL::${type} AS ${quoteIdentifier(name)}`);
  columns.push(...others.map((name) => `NULL::VARCHAR AS ${quoteIdentifier(name)}`));
  if (table.others !== undefined) columns.push(`${NO_OTHERS} AS ${quoteIdentifier(table.others)}`);
  if (rowIds) columns.push('NULL::VARCHAR AS lake_file', 'NULL::BIGINT AS file_row_number');
  return `(SELECT ${columns.join(', ')} WHERE false)`;
}
