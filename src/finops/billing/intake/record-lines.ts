import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';

const QUOTE = 0x22;
const LINE_FEED = 0x0a;

/**
 * Line numbers of records, for messages. Record 1 is the first after the header; the reader never counted records on
 * `skippedLines`. Costs a pass over the file, so call it only on errors.
 */
export async function findRecordLines(
  path: string,
  compression: 'gzip' | 'none',
  records: ReadonlySet<number>,
  skippedLines: ReadonlySet<number>,
): Promise<Map<number, number>> {
  const raw = createReadStream(path, { highWaterMark: 1024 * 1024 });
  const text = compression === 'gzip' ? raw.pipe(createGunzip()) : raw;
  raw.on('error', (error) => text.destroy(error));
  const found = new Map<number, number>();
  let line = 1;
  let record = 0;
  let quoted = false;
  for await (const chunk of text as AsyncIterable<Buffer>) {
    for (const byte of chunk) {
      if (byte === QUOTE) quoted = !quoted;
      else if (byte === LINE_FEED) {
        line += 1;
        if (quoted || skippedLines.has(line)) continue;
        record += 1;
        if (records.has(record)) found.set(record, line);
      }
    }
    if (found.size === records.size) break;
  }
  return found;
}
