import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { AppError, readSystemCode } from '../errors/index.ts';
import { isWholeParquet, readBytesAt, refuseOtherFormats } from './first-bytes.ts';

/** A file on this machine, with the name that the user gave it. */
export interface TableFile {
  readonly path: string;
  readonly name: string;
}

export type FileFormat = 'parquet' | 'csv' | 'csv.gz';

/** Detects the format of a file from its first and last bytes. Errors: `file_empty`, `file_truncated`, `file_not_utf8`, `file_format_unknown`. */
export async function detectFormat({ path, name }: TableFile): Promise<FileFormat> {
  await using file = await open(path, 'r');
  const { size } = await file.stat();
  if (size === 0) throw new AppError('file_empty', `${name} is empty (0 bytes). Export it again.`, { file: name });
  const head = await readBytesAt(file, 0, 4);
  if (await isWholeParquet(file, head, name)) return 'parquet';
  refuseOtherFormats(head, name, 'Data is');
  if (head[0] !== 0x1f || head[1] !== 0x8b) return 'csv';
  await checkWhole({ path, name });
  return 'csv.gz';
}

/** Unpacks a file to nowhere: the engine reads a truncated file without error, and would compare half of the rows. */
async function checkWhole({ path, name }: TableFile): Promise<void> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  try {
    await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), createGunzip(), nowhere);
  } catch (error) {
    const code = readSystemCode(error);
    if (code?.startsWith('Z_') !== true) throw error;
    const isCut = code === 'Z_BUF_ERROR';
    const what = isCut
      ? 'ends in the middle of its compressed data'
      : 'is damaged: its compressed data cannot be decompressed';
    const detail = `${name} ${what}. Copy or export it again.`;
    throw new AppError(isCut ? 'file_truncated' : 'file_unreadable', detail, { file: name }, { cause: error });
  }
}

/** Converts an engine error on reading a file to an `AppError`. Errors: `file_not_utf8`, `file_unreadable`, `csv_malformed`. */
export function toUnreadable(error: unknown, { name, path }: TableFile, format: FileFormat): unknown {
  if (error instanceof AppError || !(error instanceof Error)) return error;
  const context = { file: name };
  const [first = ''] = error.message.replaceAll(path, name).split('\n');
  if (/not utf-8|Invalid unicode/i.test(error.message)) {
    const detail = `${name} is not valid UTF-8 text. Save the file as UTF-8.`;
    return new AppError('file_not_utf8', detail, context, { cause: error });
  }
  if (format === 'parquet') {
    const detail = `${name} is not a readable Parquet file. Export it again.`;
    return new AppError('file_unreadable', detail, context, { cause: error });
  }
  const detail = `${name} cannot be read as CSV with a header line: ${first}`;
  return new AppError('csv_malformed', detail, context, { cause: error });
}
