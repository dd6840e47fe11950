import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { AppError, systemCode } from '../errors/index.ts';

/** A file on this machine, and its name as the user knows it. */
export interface TableFile {
  readonly path: string;
  readonly name: string;
}

export type FileFormat = 'parquet' | 'csv' | 'csv.gz';

const OTHER_FORMATS: readonly [prefix: string, what: string][] = [
  ['504b0304', 'a ZIP archive or an Excel workbook'],
  ['25504446', 'a PDF document'],
  ['28b52ffd', 'Zstandard-compressed'],
  ['d0cf11e0', 'an old Excel workbook'],
  ['fffe', 'UTF-16 text'],
  ['feff', 'UTF-16 text'],
];

/** What a file is by its first and last bytes. Errors: `file_empty`, `file_truncated`, `file_not_utf8`, `file_format_unknown`. */
export async function formatOf({ path, name }: TableFile): Promise<FileFormat> {
  await using file = await open(path, 'r');
  const { size } = await file.stat();
  if (size === 0) throw new AppError('file_empty', `${name} is empty (0 bytes). Export it again.`, { file: name });
  const head = await bytesAt(file, 0);
  if (head.toString('latin1') === 'PAR1') {
    const tail = size < 12 ? null : await bytesAt(file, size - 4);
    if (tail?.toString('latin1') === 'PAR1') return 'parquet';
    const detail = `${name} begins as Parquet but its end is missing. Copy or export it again.`;
    throw new AppError('file_truncated', detail, { file: name });
  }
  const other = OTHER_FORMATS.find(([prefix]) => head.toString('hex').startsWith(prefix));
  if (other !== undefined) {
    const code = other[1] === 'UTF-16 text' ? 'file_not_utf8' : 'file_format_unknown';
    const detail = `${name} is ${other[1]}. Data is read as CSV (UTF-8), CSV.gz or Parquet.`;
    throw new AppError(code, detail, { file: name });
  }
  if (head[0] !== 0x1f || head[1] !== 0x8b) return 'csv';
  await checkWhole({ path, name });
  return 'csv.gz';
}

/** Unpacks a file to nowhere: the engine reads what there is of one that was cut, and would compare half of the rows. */
async function checkWhole({ path, name }: TableFile): Promise<void> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  try {
    await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), createGunzip(), nowhere);
  } catch (error) {
    const code = systemCode(error);
    if (code?.startsWith('Z_') !== true) throw error;
    const isCut = code === 'Z_BUF_ERROR';
    const what = isCut
      ? 'ends in the middle of its compressed data'
      : 'is damaged: its compressed data does not unpack';
    const detail = `${name} ${what}. Copy or export it again.`;
    throw new AppError(isCut ? 'file_truncated' : 'file_unreadable', detail, { file: name }, { cause: error });
  }
}

async function bytesAt(file: FileHandle, position: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, position);
  return buffer.subarray(0, bytesRead);
}

/** What the engine threw while it read a file, as the failure that it is. Errors: `file_not_utf8`, `file_unreadable`, `csv_malformed`. */
export function asUnreadable(error: unknown, { name, path }: TableFile, format: FileFormat): unknown {
  if (error instanceof AppError || !(error instanceof Error)) return error;
  const context = { file: name };
  const [first = ''] = error.message.replaceAll(path, name).split('\n');
  if (/not utf-8|Invalid unicode/i.test(error.message)) {
    const detail = `${name} holds bytes that are not UTF-8 text. Save the file as UTF-8.`;
    return new AppError('file_not_utf8', detail, context, { cause: error });
  }
  if (format === 'parquet') {
    const detail = `${name} is not a readable Parquet file. Export it again.`;
    return new AppError('file_unreadable', detail, context, { cause: error });
  }
  const detail = `${name} cannot be read as CSV with a header line: ${first}`;
  return new AppError('csv_malformed', detail, context, { cause: error });
}
