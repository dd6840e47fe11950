import { readCsvRows } from '../../platform/csv/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { readParquetRows } from '../../platform/tables/index.ts';
import { toShownText } from './value-errors.ts';

/** A CSV, CSV.gz or Parquet file on this machine. */
export interface DataFile {
  readonly path: string;
  /** Content from its first byte, streamed. Errors name the file. */
  readBytes(): AsyncIterable<Buffer>;
}

/** A data row of a file. */
export interface DataRow {
  /** One text for each asked column; trimmed. */
  readonly fields: readonly string[];
  /** 0-based over the data rows. */
  readonly row: number;
}

const PARQUET_MAGIC = 'PAR1';
const SHOWN_COLUMNS = 12;
const MOST_SHOWN_CHARACTERS = 300;

/**
 * Streams the asked columns of a file in file order. Errors: those of reading, and `outcome_column_missing` for a column that the file
 * does not have, or has twice.
 */
export async function* readDataRows(file: DataFile, columns: readonly string[]): AsyncGenerator<DataRow> {
  const rows = (await isParquet(file))
    ? readParquetRows(file.path, (header) => findPlaces(file.path, header, columns))
    : readCsvColumns(file, columns);
  let row = 0;
  for await (const fields of rows) {
    yield { fields, row };
    row += 1;
  }
}

async function isParquet(file: DataFile): Promise<boolean> {
  for await (const chunk of file.readBytes())
    return chunk.toString('latin1', 0, PARQUET_MAGIC.length) === PARQUET_MAGIC;
  return false;
}

async function* readCsvColumns(file: DataFile, columns: readonly string[]): AsyncGenerator<readonly string[]> {
  let places: readonly number[] | null = null;
  for await (const { fields } of readCsvRows(file.readBytes(), file.path)) {
    if (places === null) places = findPlaces(file.path, fields, columns);
    else yield places.map((place) => (fields[place] ?? '').trim());
  }
}

function findPlaces(path: string, header: readonly string[], columns: readonly string[]): number[] {
  const names = header.map((name) => name.trim());
  return columns.map((column) => {
    const place = names.indexOf(column);
    if (place === -1) throw createColumnMissing(path, names, column);
    if (names.indexOf(column, place + 1) === -1) return place;
    throw new AppError('outcome_column_missing', `${path} has two columns "${column}". Rename one of them.`, {
      file: path,
      column,
      isRepeated: true,
    });
  });
}

function createColumnMissing(path: string, names: readonly string[], column: string): AppError {
  const other = names.find((name) => name.toLowerCase() === column.toLowerCase());
  const shown = toShownText(names.slice(0, SHOWN_COLUMNS).join(', '), MOST_SHOWN_CHARACTERS);
  const rest = names.length > SHOWN_COLUMNS ? ` and ${names.length - SHOWN_COLUMNS} more` : '';
  const hint = other === undefined ? `It has ${shown}${rest}.` : `Did you mean "${other}"?`;
  return new AppError('outcome_column_missing', `${path} has no column "${column}". ${hint}`, { file: path, column });
}
