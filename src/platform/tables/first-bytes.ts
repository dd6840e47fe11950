import type { FileHandle } from 'node:fs/promises';
import { AppError } from '../errors/index.ts';

const OTHER_FORMATS: readonly [prefix: string, what: string][] = [
  ['504b0304', 'a ZIP archive or an Excel workbook'],
  ['25504446', 'a PDF document'],
  ['28b52ffd', 'Zstandard-compressed'],
  ['d0cf11e0', 'an old Excel workbook'],
  ['fffe', 'UTF-16 text'],
  ['feff', 'UTF-16 text'],
];
const LEAST_PARQUET_BYTES = 12;

/** `read` is the beginning of the error text: the data, with its verb. Errors: `file_not_utf8`, `file_format_unknown`. Example: "Bills are". */
export function refuseOtherFormats(head: Buffer, name: string, read: 'Bills are' | 'Data is'): void {
  const hex = head.toString('hex');
  const [, what] = OTHER_FORMATS.find(([prefix]) => hex.startsWith(prefix)) ?? [];
  if (what === undefined) return;
  const code = what === 'UTF-16 text' ? 'file_not_utf8' : 'file_format_unknown';
  throw new AppError(code, `${name} is ${what}. ${read} read as CSV (UTF-8), CSV.gz or Parquet.`, { file: name });
}

/** Whether a file begins with the magic bytes of Parquet. Error: `file_truncated`, when it does not also end with them. */
export async function isWholeParquet(file: FileHandle, head: Buffer, name: string): Promise<boolean> {
  if (head.toString('latin1') !== 'PAR1') return false;
  const { size } = await file.stat();
  const tail = size < LEAST_PARQUET_BYTES ? '' : (await readBytesAt(file, size - 4, 4)).toString('latin1');
  if (tail === 'PAR1') return true;
  const detail = `${name} is a truncated Parquet file. Copy or export it again.`;
  throw new AppError('file_truncated', detail, { file: name });
}

export async function readBytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
