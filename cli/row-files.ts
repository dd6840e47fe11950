import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import type { z } from 'zod';
import { readCsvRows } from '../src/platform/csv/index.ts';
import { readBytes, unreadable } from './bill-files.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { createProgress } from './output/progress.ts';

const MOST_REASONS = 100;

/** A row of a file, with its line from 1; values of a CSV file are text. */
export interface FileRow {
  readonly line: number;
  readonly row: Readonly<Record<string, z.core.util.JSONType>>;
}

interface Columns {
  readonly known: readonly string[];
  readonly required: readonly string[];
}

/** A row that the server rejected; the line is that of the file. */
interface RejectedRow {
  line: number;
  reason: string;
}

/**
 * Streams the rows of a CSV file, or of an NDJSON file (.ndjson, .jsonl), to `send` under a progress bar.
 * Errors: `file_not_found`, `file_unreadable`, `usage` for columns or lines that are not as expected.
 */
export async function sendFile<T>(
  { io, globals }: Context,
  file: string,
  columns: Columns,
  send: (rows: AsyncIterable<FileRow>) => Promise<T>,
): Promise<T> {
  const progress = createProgress(io.err, globals.json);
  try {
    const { size } = await stat(file).catch((error: unknown) => Promise.reject(unreadable(file, error)));
    const content = readBytes(file, (sizeBytes) => progress.show(basename(file), sizeBytes / size));
    return await send(/\.(ndjson|jsonl)$/i.test(file) ? readLines(content, file) : readTable(content, file, columns));
  } finally {
    await progress.clear();
  }
}

async function* readLines(content: AsyncIterable<Buffer>, file: string): AsyncGenerator<FileRow> {
  let line = 0;
  // The types of readline ask for a stream; readBytes returns one.
  for await (const text of createInterface({ input: content as NodeJS.ReadableStream & AsyncIterable<Buffer> })) {
    line += 1;
    if (text.trim() !== '') yield { line, row: parseLine(text, file, line) };
  }
}

function parseLine(text: string, file: string, line: number): FileRow['row'] {
  try {
    const parsed = JSON.parse(text) as z.core.util.JSONType;
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  } catch {
    // The same answer as for JSON that is no object.
  }
  const detail = `Line ${line} of ${file} is not a JSON object. Correct it and import the file again; no row is counted twice.`;
  throw new CommandError('usage', detail, { file });
}

async function* readTable(content: AsyncIterable<Buffer>, file: string, columns: Columns): AsyncGenerator<FileRow> {
  let names: readonly string[] | null = null;
  for await (const { fields, line } of readCsvRows(content, file)) {
    if (names === null) {
      checkColumns(fields, file, columns);
      names = fields;
      continue;
    }
    const header = names;
    // An empty field is a missing one.
    const cells = fields.flatMap((value, at) => (value === '' ? [] : [[header[at] ?? '', value] as const]));
    yield { line, row: Object.fromEntries(cells) };
  }
}

function checkColumns(fields: readonly string[], file: string, { known, required }: Columns): void {
  const unknown = fields.filter((field) => !known.includes(field));
  const missing = required.filter((name) => !fields.includes(name));
  if (unknown.length === 0 && missing.length === 0) return;
  const problem =
    missing.length > 0 ? `lacks the column ${missing.join(', ')}` : `has the unknown column ${unknown.join(', ')}`;
  throw new CommandError('usage', `${file} ${problem}. Columns: ${known.join(', ')}.`, { file });
}

/** Adds the rejected rows of a request, whose lines count the sent rows from 1, to those of the file; at most 100 are kept. */
export function collectRejected(
  rejected: RejectedRow[],
  ofRequest: readonly RejectedRow[],
  sent: readonly FileRow[],
): void {
  for (const { line, reason } of ofRequest) {
    if (rejected.length < MOST_REASONS) rejected.push({ line: sent[line - 1]?.line ?? line, reason });
  }
}
