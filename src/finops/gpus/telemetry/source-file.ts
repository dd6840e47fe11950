import { AppError } from '../../../platform/errors/index.ts';
import { identifier, type LakeSession, literal } from '../../../platform/lake/index.ts';
import { asUnreadable, formatOf, type TableFile } from '../../../platform/tables/index.ts';

/** A file as the engine reads it. */
export interface SourceFile {
  readonly name: string;
  /** FROM item; every column of CSV is text. */
  readonly relation: string;
  readonly columns: readonly string[];
  /** The engine's type of a column. */
  readonly types: ReadonlyMap<string, string>;
  /** What fails while the file is read, as the failure that it is. */
  guard<T>(work: Promise<T>): Promise<T>;
}

/** Errors: those of `formatOf`, `csv_malformed`, `file_unreadable`. */
export async function openFile(session: LakeSession, file: TableFile): Promise<SourceFile> {
  const format = await formatOf(file);
  const relation =
    format === 'parquet'
      ? `read_parquet(${literal(file.path)})`
      : `read_csv(${literal(file.path)}, header = true, all_varchar = true, compression = '${format === 'csv' ? 'none' : 'gzip'}')`;
  const guard = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw asUnreadable(error, file, format);
    }
  };
  const described = await guard(session.query(`DESCRIBE SELECT * FROM ${relation}`));
  const types = new Map(described.map((row) => [String(row.column_name), String(row.column_type)]));
  return { name: file.name, relation, columns: [...types.keys()], types, guard };
}

/** A column by the first of its names that the file has, quoted. Error: `gpu_column_missing`. */
export function columnOf(source: SourceFile, names: readonly string[]): string {
  const found = names.find((name) => source.types.has(name));
  if (found !== undefined) return identifier(found);
  const wanted = names.map((name) => `"${name}"`).join(' or ');
  const known = source.columns.slice(0, 12).join(', ');
  const detail = `${source.name} has no column ${wanted}. It has ${known}.`;
  throw new AppError('gpu_column_missing', detail, { file: source.name, column: names[0] });
}
