import type { Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CsvError, parse } from 'csv-parse';
import { isGzip } from '../archives/gzip.ts';
import { AppError, readSystemCode } from '../errors/index.ts';
import { detectDelimiter, readFirstRecord } from './header.ts';

export interface CsvRow {
  readonly fields: readonly string[];
  /** Line on which the row ends, 1-based; the header has the first. */
  readonly line: number;
}

const MOST_RECORD_CHARACTERS = 1024 * 1024;
const LINE_FEED = 0x0a;

/**
 * Streams the rows of a CSV or CSV.gz file, the header first: memory does not grow with the file. `path` names the file in messages. The
 * delimiter is the one of comma, semicolon, tab and `|` that the first line has most of. Empty lines are left out. Errors: those of
 * `content`, and `file_empty`, `file_not_utf8`, `file_truncated`, `csv_malformed`, each with the file, the last also with the line.
 */
export async function* readCsvRows(content: AsyncIterable<Buffer>, path: string): AsyncGenerator<CsvRow> {
  const chunks = checkText(path, unzip(path, content));
  const head = await readFirstLine(chunks);
  if (head.length === 0) throw new AppError('file_empty', `${path} is empty (0 bytes).`, { file: path });
  const parser = parse({
    bom: true,
    delimiter: detectDelimiter(readFirstRecord(head.toString('utf8'))),
    info: true,
    skip_empty_lines: true,
    max_record_size: MOST_RECORD_CHARACTERS,
  });
  const feeding = feed(parser, head, chunks);
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      yield { fields: record, line: info.lines };
    }
    await feeding;
  } catch (error) {
    throw toMalformed(path, error);
  }
}

/** Writes chunks with back-pressure; an error of the source becomes an error of the transform. */
async function feed(target: Transform, head: Buffer, chunks: AsyncGenerator<Buffer>): Promise<void> {
  try {
    target.write(head);
    for await (const chunk of chunks) {
      if (!target.write(chunk)) await waitForDrain(target);
      if (target.destroyed) return;
    }
    target.end();
  } catch (error) {
    target.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/** Resolves once the transform takes further chunks, or is closed; neither listener stays. */
function waitForDrain(target: Transform): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      target.off('drain', end).off('close', end);
      resolve();
    };
    target.on('drain', end).on('close', end);
  });
}

async function* unzip(path: string, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done === true) return;
  const all = prepend(first.value, chunks);
  if (!isGzip(first.value)) {
    yield* all;
    return;
  }
  const gunzip = createGunzip();
  const feeding = feed(gunzip, Buffer.alloc(0), all);
  try {
    yield* gunzip as AsyncIterable<Buffer>;
    await feeding;
  } catch (error) {
    if (!(readSystemCode(error) ?? '').startsWith('Z_')) throw error;
    const detail = `${path} is a gzip file that ends too early or is damaged. Copy it again.`;
    throw new AppError('file_truncated', detail, { file: path }, { cause: error });
  }
}

async function* prepend(first: Buffer, chunks: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
}

/** The same bytes; rejects content that is not UTF-8 text. */
async function* checkText(path: string, chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const notText = (cause?: unknown) =>
    new AppError('file_not_utf8', `${path} is not UTF-8 text. Save it as UTF-8.`, { file: path }, { cause });
  const check = (chunk?: Buffer) => {
    try {
      decoder.decode(chunk, { stream: chunk !== undefined });
    } catch (error) {
      throw notText(error);
    }
  };
  for await (const chunk of chunks) {
    check(chunk);
    if (chunk.includes(0)) throw notText();
    yield chunk;
  }
  check();
}

/** Chunks read until the first line is complete. */
async function readFirstLine(chunks: AsyncGenerator<Buffer>): Promise<Buffer> {
  let head = Buffer.alloc(0);
  while (!head.includes(LINE_FEED) && head.length < MOST_RECORD_CHARACTERS) {
    const next = await chunks.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  return head;
}

const explanations: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quoted field never ends; the file may be cut off',
  CSV_INVALID_CLOSING_QUOTE: 'text follows a closing quote; write a quote within a field twice',
  INVALID_OPENING_QUOTE: 'a quote stands in the middle of a field; quote the whole field',
  CSV_MAX_RECORD_SIZE: 'a row is longer than 1 MiB; a quote may be missing',
};

function toMalformed(path: string, error: unknown): unknown {
  if (!(error instanceof CsvError)) return error;
  const line = Number(error.lines ?? 0);
  const why =
    error.code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH'
      ? `the row has ${countFields(error.record)} fields, the header has another number; the file may be cut off`
      : (explanations[error.code] ?? error.message);
  const detail = `${path}, line ${line}: ${why}.`;
  return new AppError('csv_malformed', detail, { file: path, line }, { cause: error });
}

function countFields(record: unknown): number {
  return Array.isArray(record) ? record.length : 0;
}
