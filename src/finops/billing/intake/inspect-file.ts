import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { AppError, readSystemCode } from '../../../platform/errors/index.ts';
import { isWholeParquet, readBytesAt, refuseOtherFormats } from '../../../platform/tables/index.ts';
import { createUnsupportedFormatError } from '../formats/index.ts';
import { findUnreadJson } from '../formats/unread.ts';
import { parseHeader } from './csv-header.ts';

export type BillFileFormat =
  | { readonly kind: 'parquet' }
  | {
      readonly kind: 'csv';
      readonly compression: 'gzip' | 'none';
      readonly delimiter: string;
      readonly header: readonly string[];
      /** Fields of the first record after the header; one empty field where there is none. */
      readonly first: readonly string[];
      /** The file mixes two line endings, which the engine cannot read. */
      readonly hasMixedLineEnds: boolean;
    };

const HEADER_LIMIT_BYTES = 1024 * 1024;

/**
 * Reads the whole file once before the import: format, header, encoding, length of lines, completeness. Errors name the
 * file and the line: `file_empty`, `file_truncated`, `file_not_utf8`, `file_format_unknown`, `bill_format_not_read`,
 * `bill_malformed`.
 */
export async function inspectFile(path: string, name: string): Promise<BillFileFormat> {
  await using file = await open(path, 'r');
  const { size } = await file.stat();
  if (size === 0) throw new AppError('file_empty', `${name} is empty (0 bytes). Export it again.`, { file: name });
  const head = await readBytesAt(file, 0, 4);
  if (await isWholeParquet(file, head, name)) return { kind: 'parquet' };
  const compression = head[0] === 0x1f && head[1] === 0x8b ? 'gzip' : 'none';
  refuseOtherFormats(head, name, 'Bills are');
  return await inspectText(path, name, compression);
}

async function inspectText(path: string, name: string, compression: 'gzip' | 'none'): Promise<BillFileFormat> {
  const raw = createReadStream(path, { highWaterMark: 1024 * 1024 });
  const text = compression === 'gzip' ? raw.pipe(createGunzip()) : raw;
  raw.on('error', (error) => text.destroy(error));
  const check = new TextCheck(name);
  const start: Buffer[] = [];
  let startBytes = 0;
  try {
    for await (const chunk of text as AsyncIterable<Buffer>) {
      check.add(chunk);
      if (startBytes < HEADER_LIMIT_BYTES) {
        start.push(chunk);
        startBytes += chunk.length;
      }
    }
  } catch (error) {
    throw toUnreadableError(error, name);
  }
  check.end();
  if (startBytes === 0) throw new AppError('file_empty', `${name} holds no text once unpacked.`, { file: name });
  const beginning = Buffer.concat(start).toString('utf8');
  const unread = findUnreadJson(beginning);
  if (unread !== null) throw createUnsupportedFormatError(name, unread);
  const header = parseHeader(beginning, name);
  return { kind: 'csv', compression, ...header, hasMixedLineEnds: check.hasMixedLineEnds };
}

function toUnreadableError(error: unknown, name: string): unknown {
  const code = readSystemCode(error);
  if (code === 'Z_BUF_ERROR') {
    return new AppError(
      'file_truncated',
      `${name} ends in the middle of its compressed data. Copy or export it again.`,
      { file: name },
      { cause: error },
    );
  }
  if (code?.startsWith('Z_') === true) {
    return new AppError(
      'file_unreadable',
      `${name} is damaged: its compressed data does not unpack.`,
      { file: name },
      { cause: error },
    );
  }
  return error;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** The engine silently skips a line longer than its buffer, so longer lines are refused. */
export const LONGEST_LINE_BYTES = 16 * 1024 * 1024;

/** Checks encoding and length of lines, chunk by chunk; a character can span two chunks. */
class TextCheck {
  readonly #name: string;
  #rest: Buffer = Buffer.alloc(0);
  #linesBefore = 0;
  /** Bytes of the current, unfinished line. */
  #lineBytes = 0;
  /** Lines that end with a carriage return and a line feed. */
  #twoByteEnds = 0;
  /** Last byte of the previous chunk. */
  #last = 0;

  constructor(name: string) {
    this.#name = name;
  }

  add(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const whole = bytes.length - countIncompleteTail(bytes);
    const text = bytes.subarray(0, whole);
    if (!isUtf8(text) || text.includes(0)) this.#refuse(text);
    this.#checkLine(text);
    for (let at = text.indexOf(LINE_FEED); at !== -1; at = text.indexOf(LINE_FEED, at + 1)) {
      this.#linesBefore += 1;
      if ((at === 0 ? this.#last : text[at - 1]) === CARRIAGE_RETURN) this.#twoByteEnds += 1;
    }
    this.#last = text.at(-1) ?? this.#last;
    this.#rest = Buffer.from(bytes.subarray(whole));
  }

  /** A quoted field with a different line break also counts: the only effect is a copy of the file. */
  get hasMixedLineEnds(): boolean {
    return this.#twoByteEnds > 0 && this.#twoByteEnds < this.#linesBefore;
  }

  end(): void {
    if (this.#rest.length > 0) this.#refuse(this.#rest);
  }

  /** A chunk is shorter than the longest allowed line, so only its first and last lines can be too long. */
  #checkLine(text: Buffer): void {
    const breaks = [text.indexOf(LINE_FEED), text.indexOf(CARRIAGE_RETURN)].filter((at) => at !== -1);
    const firstEnd = Math.min(...breaks, text.length);
    this.#lineBytes += firstEnd;
    if (this.#lineBytes > LONGEST_LINE_BYTES) {
      const line = this.#linesBefore + 1;
      const detail = `${this.#name}, line ${line}: longer than ${LONGEST_LINE_BYTES / 2 ** 20} MiB; a quote may never be closed. Nothing was stored; export the file again.`;
      throw new AppError('bill_malformed', detail, { file: this.#name, line });
    }
    const lastEnd = Math.max(text.lastIndexOf(LINE_FEED), text.lastIndexOf(CARRIAGE_RETURN));
    if (breaks.length > 0) this.#lineBytes = text.length - lastEnd - 1;
  }

  #refuse(text: Buffer): never {
    let line = this.#linesBefore + 1;
    let start = 0;
    for (let at = text.indexOf(LINE_FEED); at !== -1; at = text.indexOf(LINE_FEED, start)) {
      const piece = text.subarray(start, at);
      if (!isUtf8(piece) || piece.includes(0)) break;
      start = at + 1;
      line += 1;
    }
    throw new AppError(
      'file_not_utf8',
      `${this.#name}, line ${line}: bytes that are not UTF-8 text. Save the file as UTF-8 and import it again.`,
      { file: this.#name, line },
    );
  }
}

/** Number of bytes at the end that form an incomplete character. */
function countIncompleteTail(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}
