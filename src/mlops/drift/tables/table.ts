import { AppError } from '../../../platform/errors/index.ts';
import { type LakeSession, quoteIdentifier, quoteLiteral } from '../../../platform/lake/index.ts';
import { detectFormat, type FileFormat, type TableFile, toUnreadable } from '../../../platform/tables/index.ts';

/** Kind of a column, derived from its SQL type. */
export type ColumnKind = 'integer' | 'number' | 'text' | 'vector' | 'datetime' | 'other';

export interface TableColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  /** SQL type of the engine, for messages. */
  readonly type: string;
  /** No row has a value, so the type is unknown. */
  readonly blank: boolean;
}

/** A file as the engine reads it. */
export interface Table {
  readonly name: string;
  /** FROM item. */
  readonly relation: string;
  readonly rows: number;
  readonly columns: readonly TableColumn[];
}

/** Texts in a CSV file that mean a missing value: the list of pandas, and so of Evidently. */
const NOTHING = ['', 'NULL', 'null', 'NA', 'N/A', 'n/a', '#N/A', '<NA>', 'NaN', 'nan', '-nan', '-NaN', 'None', '#NA'];
const MOST_COLUMNS = 5000;

/**
 * Opens a file for the time of a session; a CSV file is read once, into a table of the session.
 * Errors: those of `detectFormat`, `csv_malformed`, `file_unreadable`, `file_too_wide`.
 */
export async function openTable(session: LakeSession, file: TableFile, alias: string): Promise<Table> {
  const format = await detectFormat(file);
  const relation = await buildRelation(session, file, format, alias).catch((error: unknown) => {
    throw toUnreadable(error, file, format);
  });
  const described = await session.query(`DESCRIBE SELECT * FROM ${relation}`);
  if (described.length > MOST_COLUMNS) {
    const detail = `${file.name} has ${described.length} columns; the limit is ${MOST_COLUMNS}. Remove columns.`;
    throw new AppError('file_too_wide', detail, { file: file.name, columns: described.length });
  }
  const typed = described.map((row) => ({ name: String(row.column_name), type: String(row.column_type) }));
  const [counted] = await session.query(`SELECT count(*)::DOUBLE AS rows FROM ${relation}`);
  const blanks = await buildBlankTextSql(
    session,
    relation,
    typed.filter(({ type }) => type === 'VARCHAR').map(({ name }) => name),
  );
  const columns = typed.map(({ name, type }) => ({
    name,
    type,
    kind: classifyColumnType(type),
    blank: blanks.has(name),
  }));
  return { name: file.name, relation, columns, rows: Number(counted?.rows ?? 0) };
}

async function buildRelation(
  session: LakeSession,
  file: TableFile,
  format: FileFormat,
  alias: string,
): Promise<string> {
  if (format === 'parquet') {
    const relation = `read_parquet(${quoteLiteral(file.path)})`;
    await session.query(`DESCRIBE SELECT * FROM ${relation}`);
    return relation;
  }
  const compression = format === 'csv.gz' ? 'gzip' : 'none';
  const options = `header = true, sample_size = -1, allow_quoted_nulls = true, compression = '${compression}',
    nullstr = [${NOTHING.map(quoteLiteral).join(', ')}]`;
  const table = quoteIdentifier(`drift_${alias}`);
  await session.query(
    `CREATE OR REPLACE TEMP TABLE ${table} AS SELECT * FROM read_csv(${quoteLiteral(file.path)}, ${options})`,
  );
  return table;
}

/** Text columns without any value: CSV reading falls back to text for empty columns. */
async function buildBlankTextSql(
  session: LakeSession,
  relation: string,
  names: readonly string[],
): Promise<Set<string>> {
  if (names.length === 0) return new Set();
  const counts = names.map((name, at) => `count(${quoteIdentifier(name)}) > 0 AS c${at}`);
  const [row] = await session.query(`SELECT ${counts.join(', ')} FROM ${relation}`);
  return new Set(names.filter((_, at) => row?.[`c${at}`] !== true));
}

function classifyColumnType(type: string): ColumnKind {
  if (/^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/.test(type)) return 'integer';
  if (/^(FLOAT|DOUBLE|DECIMAL\([^)]*\))$/.test(type)) return 'number';
  if (/^(VARCHAR|BOOLEAN|UUID|ENUM\(.*\))$/.test(type)) return 'text';
  if (/^(FLOAT|DOUBLE|DECIMAL\([^)]*\)|U?(TINYINT|SMALLINT|INTEGER|BIGINT))\[\d*\]$/.test(type)) return 'vector';
  if (/^(DATE|TIME|TIMESTAMP|INTERVAL)/.test(type) && !type.endsWith(']')) return 'datetime';
  return 'other';
}
