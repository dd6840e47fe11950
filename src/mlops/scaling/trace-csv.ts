import type { Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CsvError, parse } from 'csv-parse';
import { isGzip } from '../../platform/archives/gzip.ts';
import { AppError, readSystemCode } from '../../platform/errors/index.ts';
import type { Trace } from './simulation.ts';
import { findTraceColumns, type TraceColumns, type TraceFormat } from './trace-columns.ts';

/** An instant of a trace as whole seconds and a fraction; separate, so that no digit is lost. */
interface TraceTime {
  readonly seconds: number;
  /** 0 up to 1. */
  readonly fraction: number;
}

const DATED = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?$/;
const COUNTED = /^\d+(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * Reads `2023-11-16 18:17:03.9799600`, ISO 8601 with or without an offset (without: UTC), or a number of seconds; what else it is, as a
 * few words that follow the text.
 */
function parseTraceTime(text: string): TraceTime | string {
  const [, day, time, fraction = '', offset = 'Z'] = DATED.exec(text) ?? [];
  if (day !== undefined) {
    const instant = Date.parse(`${day}T${time}${offset}`);
    if (Number.isNaN(instant) || !isRealDay(day)) return 'is not an existing date';
    return { seconds: instant / 1000, fraction: Number(`0${fraction}`) };
  }
  if (COUNTED.test(text)) {
    const exact = Number(text);
    if (!Number.isFinite(exact)) return 'is not a time';
    return { seconds: Math.floor(exact), fraction: exact - Math.floor(exact) };
  }
  if (text === '') return 'is empty: write a date and time, or seconds';
  if (/^-\d/.test(text)) return 'is negative: times start at zero';
  return 'is not a time: write "2026-11-01 08:00:00.5", or seconds';
}

/** `Date.parse` takes 30 February for 2 March. */
function isRealDay(day: string): boolean {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day);
}

/** Seconds from one time to another; negative when the other is earlier. */
function computeSecondsBetween(from: TraceTime, to: TraceTime): number {
  return to.seconds - from.seconds + (to.fraction - from.fraction);
}

const MOST_REQUESTS = 5_000_000;
const MOST_RECORD_CHARACTERS = 64 * 1024;
const SHOWN_CHARACTERS = 40;
const PLAIN_NUMBER = /^\d+(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * Reads the requests of a CSV trace, packed by gzip or not, as it comes in: two numbers a request are kept. Rows are in the order of
 * time; several at one time are several requests. Errors: `trace_empty`, `trace_column_missing`, `trace_row_invalid`,
 * `trace_not_sorted`, `trace_too_long`, `csv_malformed`, `file_truncated`.
 */
export async function readTrace(content: AsyncIterable<Buffer>, format: TraceFormat): Promise<Trace> {
  const requests = createRequests();
  let columns: TraceColumns | null = null;
  try {
    for await (const { record, info } of parseRows(content)) {
      if (columns === null) columns = findTraceColumns(record, format);
      else requests.add(record, info.lines, columns);
    }
  } catch (error) {
    throw readFailure(error);
  }
  return requests.trace();
}

interface CsvRecord {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

function parseRows(content: AsyncIterable<Buffer>): AsyncIterable<CsvRecord> {
  const parser = parse({ bom: true, info: true, skip_empty_lines: true, max_record_size: MOST_RECORD_CHARACTERS });
  void feed(parser, decompressIfGzip(content));
  return parser as AsyncIterable<CsvRecord>;
}

async function feed(target: Transform, source: AsyncIterable<Buffer>): Promise<void> {
  try {
    for await (const chunk of source) {
      if (!target.write(chunk)) await awaitDrain(target);
      if (target.destroyed) return;
    }
    target.end();
  } catch (error) {
    target.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

function awaitDrain(target: Transform): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      target.off('drain', done).off('close', done);
      resolve();
    };
    target.once('drain', done).once('close', done);
  });
}

async function* decompressIfGzip(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = content[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done === true) return;
  const all = prependChunk(first.value, chunks);
  if (!isGzip(first.value)) {
    yield* all;
    return;
  }
  const gunzip = createGunzip();
  void feed(gunzip, all);
  yield* gunzip as AsyncIterable<Buffer>;
}

async function* prependChunk(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/** Appends numbers to an array that doubles its capacity. */
function createNumbers() {
  let room = new Float64Array(1024);
  let size = 0;
  return {
    add: (value: number): void => {
      if (size === room.length) {
        const larger = new Float64Array(size * 2);
        larger.set(room);
        room = larger;
      }
      room[size] = value;
      size += 1;
    },
    values: () => room.subarray(0, size),
  };
}

function createRequests() {
  const at = createNumbers();
  const service = createNumbers();
  let first: TraceTime | null = null;
  let latest = 0;
  let count = 0;
  return {
    add: (record: readonly string[], line: number, columns: TraceColumns): void => {
      const { name, place } = columns.time;
      const text = (record[place] ?? '').trim();
      const time = parseTraceTime(text);
      if (typeof time === 'string') throw buildRowInvalid(line, name, text, time);
      first ??= time;
      const seconds = computeSecondsBetween(first, time);
      if (seconds < latest) throw buildNotSorted(line, name, text);
      latest = seconds;
      at.add(seconds);
      service.add(columns.service((column, where) => parseNumber(line, column, (record[where] ?? '').trim())));
      count += 1;
      if (count > MOST_REQUESTS) throw buildTooLong();
    },
    trace: (): Trace => {
      if (count === 0) {
        throw new AppError(
          'trace_empty',
          'The trace has no request. It needs a header line and one line for each request.',
        );
      }
      return { atSeconds: at.values(), serviceSeconds: service.values() };
    },
  };
}

function parseNumber(line: number, column: string, text: string): number {
  const value = Number(text);
  if (PLAIN_NUMBER.test(text) && Number.isFinite(value)) return value;
  if (text === '') throw buildRowInvalid(line, column, text, 'is empty: remove the row if the value is unknown');
  throw buildRowInvalid(line, column, text, /^-\d/.test(text) ? 'is negative' : 'is not a number');
}

function buildRowInvalid(line: number, column: string, text: string, why: string): AppError {
  const detail = `Line ${line} of the trace, column ${column}: "${text.slice(0, SHOWN_CHARACTERS)}" ${why}.`;
  return new AppError('trace_row_invalid', detail, { line, column });
}

function buildNotSorted(line: number, column: string, text: string): AppError {
  const detail = `Line ${line} of the trace is earlier than the line before it (${text.slice(0, SHOWN_CHARACTERS)}). Sort the rows by ${column}.`;
  return new AppError('trace_not_sorted', detail, { line, column });
}

function buildTooLong(): AppError {
  const detail = `The trace has more than ${MOST_REQUESTS.toLocaleString('en')} requests. Replay a part of it.`;
  return new AppError('trace_too_long', detail, { mostRequests: MOST_REQUESTS });
}

function readFailure(error: unknown): unknown {
  if (error instanceof CsvError) {
    const line = Number(error.lines ?? 0);
    const many = error.code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH';
    const why = many ? 'the number of fields differs from the header line' : error.message.slice(0, 200);
    return new AppError('csv_malformed', `Line ${line} of the trace: ${why}.`, { line }, { cause: error });
  }
  if ((readSystemCode(error) ?? '').startsWith('Z_')) {
    const detail = 'The trace is a gzip file that is truncated or damaged. Copy it again.';
    return new AppError('file_truncated', detail, {}, { cause: error });
  }
  return error;
}
