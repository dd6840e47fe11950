import { createReadStream, type Dirent, type Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { CommandError, systemCode } from './frame/failure.ts';

/** A bill file of a delivery. */
export interface BillFile {
  /** Path for messages: the given path, and below a folder the rest of the file's path. */
  readonly path: string;
  readonly name: string;
  readonly sizeBytes: number;
}

const BILL_NAME = /\.(csv|csv\.gz|parquet)$/i;

/**
 * The bill files behind paths: a file as it is, a folder with every .csv, .csv.gz and .parquet below it, in order of name.
 * Errors: `file_not_found`, `file_unreadable`, `bill_no_files`.
 */
export async function findBillFiles(paths: readonly string[]): Promise<BillFile[]> {
  const found: BillFile[] = [];
  for (const path of paths) {
    const below = (await readStats(path)).isDirectory() ? await billFilesBelow(path) : [path];
    for (const file of below) {
      found.push({ path: file, name: basename(file), sizeBytes: (await readStats(file)).size });
    }
  }
  if (found.length === 0) {
    const detail = `${paths.join(', ')} has no .csv, .csv.gz or .parquet file. Name the files, or another folder.`;
    throw new CommandError('bill_no_files', detail, { paths });
  }
  return found;
}

async function billFilesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry: Dirent) => BILL_NAME.test(entry.name) && !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/** Errors: `file_not_found`, `file_unreadable`. */
export async function readStats(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Error for a path that cannot be read. */
export function unreadable(path: string, error: unknown): CommandError {
  const system = systemCode(error);
  if (system === 'ENOENT' || system === 'ENOTDIR') {
    return new CommandError(
      'file_not_found',
      `${path} does not exist. Check the path.`,
      { file: path },
      { cause: error },
    );
  }
  const why = system === 'EACCES' ? 'you may not read it' : (system ?? String(error));
  return new CommandError('file_unreadable', `${path} cannot be read: ${why}.`, { file: path }, { cause: error });
}

/** Content of a file; `onBytes` receives the number of bytes that are read so far. An error names the file. */
export function readBytes(path: string, onBytes: (sizeBytes: number) => void): Readable {
  async function* chunks(): AsyncGenerator<Buffer> {
    let sizeBytes = 0;
    try {
      for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
        sizeBytes += (chunk as Buffer).length;
        onBytes(sizeBytes);
        yield chunk as Buffer;
      }
    } catch (error) {
      throw unreadable(path, error);
    }
  }
  return Readable.from(chunks(), { objectMode: false });
}
