import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { CsvError, parse } from 'csv-parse';
import { isGzip } from '../archives/gzip.ts';
import { AppError, readSystemCode } from '../errors/index.ts';
import { detectDelimiter, readFirstRecord } from './header.ts';

/** Maximum rows of a series; a longer file has to be cut to its recent rows. */
const MOST_ROWS = 200_000;
const MOST_BYTES = 64 * 1024 * 1024;
const MOST_RECORD_CHARACTERS = 64 * 1024;
const PART_BYTES = 64 * 1024;
const SHOWN_CHARACTERS = 40;
const MOST_NAMES_SHOWN = 8;
/** Beyond it squares and sums lose precision. */
const GREATEST_VALUE = 1e15;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const UNKNOWN = new Set(['', 'nan', 'null', 'na', 'n/a', 'none']);

export interface SeriesColumns {
  readonly timeColumn: string;
  readonly valueColumn: string;
}

/** A row as it was written, its value read. */
export interface SeriesRow {
  /** Line of the file on which it ends, 1-based; the names of the columns have the first. */
  readonly line: number;
  readonly time: string;
  /** Null when it is not known: empty, NA, NaN, null. */
  readonly value: number | null;
}

/**
 * Reads two columns of a CSV, gzip or plain, in row order. The delimiter is the one of comma, semicolon, tab and `|` that splits the
 * first line into most fields. The caller interprets times, and reports invalid ones with `seriesTimeInvalid`. Errors:
 * `series_empty`, `series_column_missing`, `series_value_invalid`, `series_too_long`, `csv_malformed`, `file_truncated`, `file_not_utf8`.
 */
export async function readSeries(content: AsyncIterable<Buffer>, columns: SeriesColumns): Promise<SeriesRow[]> {
  const read: SeriesRow[] = [];
  let places: Places | null = null;
  try {
    const bytes = await gunzipContent(await readWhole(content));
    for await (const { record, info } of parseRows(bytes, decodeSeriesText(bytes))) {
      if (places === null) places = findColumnPlaces(record, columns);
      else read.push(parseSeriesRow(record, info.lines, places, columns));
      if (read.length > MOST_ROWS) throw createTooLong();
    }
  } catch (error) {
    throw readFailure(error);
  }
  if (read.length > 0) return read;
  throw new AppError(
    'series_empty',
    'The series has no values: give a header line with column names, then a line for each value.',
  );
}

interface CsvRow {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

function parseRows(bytes: Buffer, text: string): AsyncIterable<CsvRow> {
  const delimiter = detectDelimiter(readFirstRecord(text.slice(0, MOST_RECORD_CHARACTERS)));
  const parser = parse({
    bom: true,
    delimiter,
    info: true,
    skip_empty_lines: true,
    max_record_size: MOST_RECORD_CHARACTERS,
  });
  return Readable.from(splitParts(bytes)).pipe(parser);
}

/** The parser handles one part synchronously; between two parts it yields to the event loop. */
async function* splitParts(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += PART_BYTES) {
    yield bytes.subarray(at, at + PART_BYTES);
    await nextTurn();
  }
}

function decodeSeriesText(content: Buffer): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
    if (!text.includes('\0')) return text;
  } catch {
    // reported below
  }
  throw new AppError('file_not_utf8', 'The series is not UTF-8 text. Save it as CSV in UTF-8.');
}

async function readWhole(content: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of content) {
    sizeBytes += chunk.length;
    if (sizeBytes > MOST_BYTES) throw createTooLong();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function gunzipContent(content: Buffer): Promise<Buffer> {
  if (!isGzip(content)) return content;
  return promisify(gunzip)(content, { maxOutputLength: MOST_BYTES });
}

interface Places {
  readonly time: number;
  readonly value: number;
}

function findColumnPlaces(header: readonly string[], { timeColumn, valueColumn }: SeriesColumns): Places {
  const names = header.map((name) => name.trim());
  const placeOf = (column: string, what: string): number => {
    const place = names.indexOf(column);
    if (place !== -1) return place;
    const shown = names
      .slice(0, MOST_NAMES_SHOWN)
      .join(', ')
      .slice(0, MOST_RECORD_CHARACTERS / 256);
    const detail = `The series has no column ${column} for the ${what}. It has ${shown}. Name another.`;
    throw new AppError('series_column_missing', detail, { column });
  };
  return { time: placeOf(timeColumn, 'time'), value: placeOf(valueColumn, 'value') };
}

function parseSeriesRow(record: readonly string[], line: number, places: Places, columns: SeriesColumns): SeriesRow {
  const time = (record[places.time] ?? '').trim();
  const text = (record[places.value] ?? '').trim();
  if (UNKNOWN.has(text.toLowerCase())) return { line, time, value: null };
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (Math.abs(value) <= GREATEST_VALUE) return { line, time, value };
  const why = Number.isNaN(value) ? 'is not a number: leave an unknown value empty' : 'is beyond 1e15';
  throw new AppError('series_value_invalid', describeCell(line, columns.valueColumn, text, why), {
    line,
    column: columns.valueColumn,
  });
}

/** `why`: end of the error text, such as "is no time". */
export function createSeriesTimeInvalid(
  { line, time }: SeriesRow,
  { timeColumn }: SeriesColumns,
  why: string,
): AppError {
  const detail = describeCell(line, timeColumn, time, why);
  return new AppError('series_time_invalid', detail, { line, column: timeColumn });
}

function describeCell(line: number, column: string, text: string, why: string): string {
  return `Line ${line} of the series, column ${column}: "${text.slice(0, SHOWN_CHARACTERS)}" ${why}.`;
}

function createTooLong(): AppError {
  const detail = `The series has more than ${MOST_ROWS.toLocaleString('en')} values, or 64 MiB. Split it.`;
  return new AppError('series_too_long', detail, { mostRows: MOST_ROWS });
}

function readFailure(error: unknown): unknown {
  if (error instanceof CsvError) {
    const line = Number(error.lines ?? 0);
    const many = error.code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH';
    const why = many ? 'the number of fields differs from the header line' : error.message.slice(0, 200);
    return new AppError('csv_malformed', `Line ${line} of the series: ${why}.`, { line }, { cause: error });
  }
  const code = readSystemCode(error) ?? '';
  if (code === 'ERR_BUFFER_TOO_LARGE') return createTooLong();
  if (!code.startsWith('Z_')) return error;
  const detail = 'The series is a truncated or damaged gzip file. Copy it again.';
  return new AppError('file_truncated', detail, {}, { cause: error });
}
