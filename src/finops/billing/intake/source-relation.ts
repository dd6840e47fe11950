import { AppError } from '../../../platform/errors/index.ts';
import { type LakeSession, quoteIdentifier, quoteLiteral } from '../../../platform/lake/index.ts';
import type { SourceColumn } from '../formats/format.ts';
import { type BillFileFormat, LONGEST_LINE_BYTES } from './inspect-file.ts';

/** A file as the engine reads it. */
export interface SourceRelation {
  readonly relation: string;
  /** SQL of a record's number in the file, from 1; null where rows stay in the order of the file. */
  readonly rowNumber: string | null;
  readonly columns: readonly SourceColumn[];
}

/** Empty text and the word NULL both mean that there is no value. */
const EMPTY_VALUES = ['', 'NULL', 'null'].map(quoteLiteral).join(', ');

/** Opens a bill file as a relation; its text columns contain NULL for empty text and for the word NULL. */
export async function openSourceRelation(
  session: LakeSession,
  file: { readonly path: string; readonly name: string },
  format: BillFileFormat,
): Promise<SourceRelation> {
  const source = format.kind === 'csv' ? buildCsvRelation(file.path, format) : await openParquetRelation(session, file);
  refuseTooWide(source.columns.length, file.name);
  return source;
}

/** The widest cloud bills, with a column per tag, have some hundred columns. */
const MOST_COLUMNS = 2000;

function refuseTooWide(columns: number, name: string): void {
  if (columns <= MOST_COLUMNS) return;
  const detail = `${name} has ${columns} columns; at most ${MOST_COLUMNS} are read. Leave columns out of the export.`;
  throw new AppError('file_too_wide', detail, { file: name, columns });
}

function buildCsvRelation(path: string, format: BillFileFormat & { kind: 'csv' }): SourceRelation {
  const columns = makeDistinctNames(format.header).map((name) => ({ name, type: 'VARCHAR' }));
  const types = columns.map(({ name }) => `${quoteLiteral(name)}: 'VARCHAR'`).join(', ');
  const relation = `read_csv(${quoteLiteral(path)}, columns = {${types}}, auto_detect = false, header = true,
      delim = ${quoteLiteral(format.delimiter)}, quote = '"', escape = '"', nullstr = [${EMPTY_VALUES}],
      compression = '${format.compression}', store_rejects = true, max_line_size = ${LONGEST_LINE_BYTES},
      buffer_size = 33554432)`;
  return { relation, columns, rowNumber: null };
}

async function openParquetRelation(
  session: LakeSession,
  { path, name }: { readonly path: string; readonly name: string },
): Promise<SourceRelation> {
  const source = `read_parquet(${quoteLiteral(path)}, file_row_number = true)`;
  const described = await session
    .query(`DESCRIBE SELECT * EXCLUDE (file_row_number) FROM ${source}`)
    .catch((cause: unknown) => {
      const detail = `${name} is not a readable Parquet file. Export it again.`;
      throw new AppError('bill_malformed', detail, { file: name }, { cause });
    });
  const columns = described.map((row) => mapParquetColumn(String(row.column_name), String(row.column_type)));
  return {
    relation: `(SELECT ${columns.map(({ select }) => select).join(', ')}, file_row_number + 1 AS ${ROW_NUMBER}
      FROM ${source} ${ANY_ORDER})`,
    columns: columns.map(({ column }) => column),
    rowNumber: ROW_NUMBER,
  };
}

const ROW_NUMBER = 'steelyard_row_number';

/**
 * Parquet rows have row numbers, so any output order is allowed. Preserving the order would hold whole row groups of
 * the cloud's size in memory, and spill those that do not fit to disk. The join tells the engine that the order is
 * free.
 */
const ANY_ORDER = 'JOIN (SELECT 0::BIGINT AS one_row) ON file_row_number * 0 = one_row';

/** Values keep the type in the file, which avoids a conversion through text. */
function mapParquetColumn(name: string, type: string): { column: SourceColumn; select: string } {
  const quoted = quoteIdentifier(name);
  if (/^(VARCHAR|ENUM|BLOB|UUID|JSON)/.test(type) && !type.endsWith(']')) {
    const text = type === 'VARCHAR' ? quoted : `${quoted}::VARCHAR`;
    const select = `CASE WHEN ${text} NOT IN (${EMPTY_VALUES}) THEN ${text} END AS ${quoted}`;
    return { column: { name, type: 'VARCHAR' }, select };
  }
  return { column: { name, type }, select: quoted };
}

/** A header can repeat or omit a column name; each column gets a distinct name and keeps its content. */
function makeDistinctNames(header: readonly string[]): string[] {
  const taken = new Set<string>();
  return header.map((name, index) => {
    const base = name === '' ? `column_${index + 1}` : name;
    let distinct = base;
    for (let count = 2; taken.has(distinct.toLowerCase()); count += 1) distinct = `${base}_${count}`;
    taken.add(distinct.toLowerCase());
    return distinct;
  });
}
