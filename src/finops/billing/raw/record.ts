import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { detectDelimiter, splitRecord } from '../../../platform/csv/index.ts';

const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

export interface FoundRecord {
  /** First line of the record; the header is line 1. */
  readonly line: number;
  readonly fields: { column: string; value: string | null }[];
}

/**
 * A record of a CSV or CSV.gz file by its number (the first after the header is 1), with the names of the header. Blank
 * lines and `skippedLines` are not records. Streams the file up to the record; null when it has fewer records.
 */
export async function findRecord(
  path: string,
  wanted: number,
  skippedLines: ReadonlySet<number>,
): Promise<FoundRecord | null> {
  let header: string | null = null;
  let number = 0;
  for await (const { line, text } of readRecords(path, skippedLines, () => header === null || number === wanted - 1)) {
    if (header === null) header = text.startsWith('\ufeff') ? text.slice(1) : text;
    else if (++number === wanted) return { line, fields: parseFields(header, text) };
  }
  return null;
}

function parseFields(header: string, text: string): FoundRecord['fields'] {
  const delimiter = detectDelimiter(header);
  const values = splitRecord(text, delimiter);
  return splitRecord(header, delimiter).map((column, index) => ({
    column: column.trim(),
    value: values[index] ?? null,
  }));
}

/** Records in order; keeps the text of a record only if `isKept` returns true at its start. */
async function* readRecords(
  path: string,
  skippedLines: ReadonlySet<number>,
  isKept: () => boolean,
): AsyncGenerator<{ line: number; text: string }> {
  let kept: Buffer[] = [];
  let [line, begins, quoted, blank] = [1, 1, false, true];
  for await (const chunk of await openText(path)) {
    let start = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (byte === QUOTE) quoted = !quoted;
      if (byte !== LINE_FEED) {
        blank &&= byte === CARRIAGE_RETURN;
        continue;
      }
      line += 1;
      if (quoted) continue;
      if (!blank && !skippedLines.has(begins)) {
        yield { line: begins, text: joinText(kept, isKept() ? chunk.subarray(start, at) : null) };
      }
      [kept, start, begins, blank] = [[], at + 1, line, true];
    }
    if (isKept()) kept.push(Buffer.from(chunk.subarray(start)));
  }
  if (!blank && !skippedLines.has(begins)) yield { line: begins, text: joinText(kept, Buffer.alloc(0)) };
}

function joinText(kept: readonly Buffer[], rest: Buffer | null): string {
  if (rest === null) return '';
  return Buffer.concat([...kept, rest])
    .toString('utf8')
    .replace(/\r$/, '');
}

async function openText(path: string): Promise<AsyncIterable<Buffer>> {
  await using file = await open(path, 'r');
  const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
  const raw = createReadStream(path, { highWaterMark: 256 * 1024 });
  if (buffer[0] !== 0x1f || buffer[1] !== 0x8b) return raw;
  const text = raw.pipe(createGunzip());
  raw.on('error', (error) => text.destroy(error));
  return text;
}
