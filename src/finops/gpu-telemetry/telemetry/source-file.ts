import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { detectDelimiter, readFirstRecord, splitRecord } from '../../../platform/csv/index.ts';
import { AppError } from '../../../platform/errors/index.ts';
import { type LakeSession, quoteIdentifier, quoteLiteral } from '../../../platform/lake/index.ts';
import { detectFormat, type TableFile, toUnreadable } from '../../../platform/tables/index.ts';

/** A file as the engine reads it. */
export interface SourceFile {
  readonly name: string;
  /** FROM item; every column of CSV is text. */
  readonly relation: string;
  readonly columns: readonly string[];
  /** The engine's type of a column. */
  readonly types: ReadonlyMap<string, string>;
  /** Converts a failure during the read of the file into its error. */
  guard<T>(work: Promise<T>): Promise<T>;
}

/** Errors: those of `detectFormat`, `csv_malformed`, `file_unreadable`. */
export async function openFile(session: LakeSession, file: TableFile): Promise<SourceFile> {
  const format = await detectFormat(file);
  const relation =
    format === 'parquet' ? `read_parquet(${quoteLiteral(file.path)})` : await openCsvRelation(file, format);
  const guard = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw toUnreadable(error, file, format);
    }
  };
  const described = await guard(session.query(`DESCRIBE SELECT * FROM ${relation}`));
  const types = new Map(described.map((row) => [String(row.column_name), String(row.column_type)]));
  return { name: file.name, relation, columns: [...types.keys()], types, guard };
}

const HEADER_LIMIT_BYTES = 1024 * 1024;

/** Its form is read from the first line alone: an engine that guesses it may take lines for no part of the table. */
async function openCsvRelation({ path }: TableFile, format: 'csv' | 'csv.gz'): Promise<string> {
  const record = readFirstRecord((await readFileStart(path, format)).toString('utf8').replace(/^\ufeff/, ''));
  const delimiter = detectDelimiter(record);
  const columns = makeDistinctNames(splitRecord(record, delimiter).map((name) => name.trim()));
  const types = columns.map((name) => `${quoteLiteral(name)}: 'VARCHAR'`).join(', ');
  return `read_csv(${quoteLiteral(path)}, columns = {${types}}, auto_detect = false, header = true, delim = ${quoteLiteral(delimiter)},
      quote = '"', escape = '"', compression = '${format === 'csv' ? 'none' : 'gzip'}')`;
}

async function readFileStart(path: string, format: 'csv' | 'csv.gz'): Promise<Buffer> {
  const raw = createReadStream(path);
  const text = format === 'csv' ? raw : raw.pipe(createGunzip());
  raw.on('error', (error) => text.destroy(error));
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of text as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes >= HEADER_LIMIT_BYTES || chunk.includes(0x0a)) break;
  }
  raw.destroy();
  return Buffer.concat(chunks);
}

/** A column without a name is named by its position; a repeated name gets a number. */
function makeDistinctNames(header: readonly string[]): string[] {
  const taken = new Set<string>();
  return header.map((given, index) => {
    const base = given === '' ? `column_${index + 1}` : given;
    let name = base;
    for (let count = 2; taken.has(name.toLowerCase()); count += 1) name = `${base}_${count}`;
    taken.add(name.toLowerCase());
    return name;
  });
}

/** A column by the first of its names that the file has, quoted. Error: `gpu_column_missing`. */
export function findColumn(source: SourceFile, names: readonly string[]): string {
  const found = names.find((name) => source.types.has(name));
  if (found !== undefined) return quoteIdentifier(found);
  const wanted = names.map((name) => `"${name}"`).join(' or ');
  const known = source.columns.slice(0, 12).join(', ');
  const detail = `${source.name} has no column ${wanted}. It has ${known}.`;
  throw new AppError('gpu_column_missing', detail, { file: source.name, column: names[0] });
}
