import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { CsvError, parse } from 'csv-parse';
import { AppError, systemCode } from '../../platform/errors/index.ts';
import type { SeriesPoint } from './detect.ts';
import { seriesTime } from './series-time.ts';

const MOST_POINTS = 200_000;
const MOST_BYTES = 64 * 1024 * 1024;
const MOST_RECORD_CHARACTERS = 64 * 1024;
const GZIP_MAGIC = 0x1f8b;
const SHOWN_CHARACTERS = 40;
const MOST_NAMES_SHOWN = 8;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const UNKNOWN = new Set(['', 'nan', 'null', 'na', 'n/a', 'none']);

export interface SeriesColumns {
  readonly timeColumn: string;
  readonly valueColumn: string;
}

/**
 * Reads a series from CSV, packed by gzip or not, in the order of its rows. An empty value or NaN is not known. Errors:
 * `series_empty`, `series_column_missing`, `series_row_invalid`, `series_too_long`, `csv_malformed`, `file_truncated`.
 */
export async function readSeries(content: AsyncIterable<Buffer>, columns: SeriesColumns): Promise<SeriesPoint[]> {
  const points: SeriesPoint[] = [];
  let places: Places | null = null;
  try {
    const parser = parse({ bom: true, info: true, skip_empty_lines: true, max_record_size: MOST_RECORD_CHARACTERS });
    const rows = Readable.from([await unpacked(await whole(content))]).pipe(parser) as AsyncIterable<CsvRow>;
    for await (const { record, info } of rows) {
      if (places === null) places = placesOf(record, columns);
      else points.push(pointOf(record, info.lines, places, columns));
      if (points.length > MOST_POINTS) throw tooLong();
    }
  } catch (error) {
    throw readFailure(error);
  }
  if (points.length > 0) return points;
  throw new AppError('series_empty', 'The series holds no point: a line that names the columns, then a line each.');
}

interface CsvRow {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

async function whole(content: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of content) {
    sizeBytes += chunk.length;
    if (sizeBytes > MOST_BYTES) throw tooLong();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function unpacked(content: Buffer): Promise<Buffer> {
  if (content.length < 2 || content.readUInt16BE(0) !== GZIP_MAGIC) return content;
  return promisify(gunzip)(content, { maxOutputLength: MOST_BYTES });
}

interface Places {
  readonly time: number;
  readonly value: number;
}

function placesOf(header: readonly string[], { timeColumn, valueColumn }: SeriesColumns): Places {
  const names = header.map((name) => name.trim());
  const placeOf = (column: string, what: string): number => {
    const place = names.indexOf(column);
    if (place !== -1) return place;
    const shown = names
      .slice(0, MOST_NAMES_SHOWN)
      .join(', ')
      .slice(0, MOST_RECORD_CHARACTERS / 256);
    const detail = `The first line of the series names no column ${column}, which holds the ${what}. It has ${shown}. Name another.`;
    throw new AppError('series_column_missing', detail, { column });
  };
  return { time: placeOf(timeColumn, 'time'), value: placeOf(valueColumn, 'value') };
}

function pointOf(record: readonly string[], line: number, places: Places, columns: SeriesColumns): SeriesPoint {
  const timeText = (record[places.time] ?? '').trim();
  const at = seriesTime(timeText);
  if (typeof at === 'string') throw rowInvalid(line, columns.timeColumn, timeText, at);
  const text = (record[places.value] ?? '').trim();
  if (UNKNOWN.has(text.toLowerCase())) return { at, value: null };
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(value)) return { at, value };
  throw rowInvalid(line, columns.valueColumn, text, 'is no number: leave it empty when it is not known');
}

function rowInvalid(line: number, column: string, text: string, why: string): AppError {
  const detail = `Line ${line} of the series, column ${column}: "${text.slice(0, SHOWN_CHARACTERS)}" ${why}.`;
  return new AppError('series_row_invalid', detail, { line, column });
}

function tooLong(): AppError {
  const detail = `The series holds more than ${MOST_POINTS.toLocaleString('en')} points, or 64 MiB. Judge a part of it.`;
  return new AppError('series_too_long', detail, { mostPoints: MOST_POINTS });
}

function readFailure(error: unknown): unknown {
  if (error instanceof CsvError) {
    const line = Number(error.lines ?? 0);
    const many = error.code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH';
    const why = many ? 'the row has another number of fields than the first line' : error.message.slice(0, 200);
    return new AppError('csv_malformed', `Line ${line} of the series: ${why}.`, { line }, { cause: error });
  }
  const code = systemCode(error) ?? '';
  if (code === 'ERR_BUFFER_TOO_LARGE') return tooLong();
  if (!code.startsWith('Z_')) return error;
  const detail = 'The series is a gzip file that ends too early or is damaged. Copy it again.';
  return new AppError('file_truncated', detail, {}, { cause: error });
}
