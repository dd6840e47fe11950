import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buildParquetOptions } from './parquet-options.ts';
import { quoteLiteral } from './quote.ts';

/** File format of exported rows. CSV: RFC 4180, a header, nothing for null, `""` for an empty text. */
export type ExportFormat = 'parquet' | 'csv';

const PREFIX = 'export-';
/**
 * Writes a SELECT to a temporary file and returns the file as a stream. The file is complete before the first
 * byte is sent, so that a failure is an error and not a truncated response. The file is deleted with the stream.
 */
export async function exportFile(
  folder: string,
  select: string,
  format: ExportFormat,
  run: (statement: string) => Promise<readonly unknown[]>,
): Promise<Readable> {
  const path = buildScratchPath(folder, format);
  const remove = () => rm(path, { force: true });
  try {
    await run(`COPY (${select}) TO ${quoteLiteral(path)} (${await buildFormatOptions(select, format, run)})`);
  } catch (error) {
    await remove();
    throw error;
  }
  return createReadStream(path).on('close', () => void remove());
}

async function buildFormatOptions(
  select: string,
  format: ExportFormat,
  run: (statement: string) => Promise<readonly unknown[]>,
): Promise<string> {
  if (format === 'csv') return "FORMAT csv, HEADER true, NULLSTR ''";
  return buildParquetOptions((await run(`DESCRIBE ${select}`)).length);
}

/** A path for a file that its writer removes; one that a crash leaves there goes when the lake is opened. */
export function buildScratchPath(folder: string, extension: string): string {
  return join(folder, `${PREFIX}${randomUUID()}.${extension}`);
}

/** Removes the files of a process that died during an export. */
export async function removeExports(folder: string): Promise<void> {
  const names = await readdir(folder);
  await Promise.all(
    names.filter((name) => name.startsWith(PREFIX)).map((name) => rm(join(folder, name), { force: true })),
  );
}
