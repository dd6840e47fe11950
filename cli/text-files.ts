import { isUtf8 } from 'node:buffer';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { unreadable } from './bill-files.ts';
import { CommandError } from './frame/failure.ts';

export interface TextFile {
  readonly file: string;
  readonly text: string;
}

const BYTE_ORDER_MARK = /^\uFEFF/;

/** Complete content of a text file. Errors: `file_not_found`, `file_unreadable`, `file_empty`, `file_not_utf8`. */
export function readTextFile(path: string): TextFile {
  const bytes = readFileBytes(path);
  if (bytes.length === 0) throw new CommandError('file_empty', `${path} is empty (0 bytes).`, { file: path });
  if (!isUtf8(bytes) || bytes.includes(0)) {
    throw new CommandError('file_not_utf8', `${path} is not UTF-8 text. Save it as UTF-8.`, { file: path });
  }
  return { file: path, text: bytes.toString('utf8').replace(BYTE_ORDER_MARK, '') };
}

function readFileBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The given files, and every file below the given folders whose name matches, in order of name. */
export function findTextFiles(paths: readonly string[], name: RegExp, what: string): string[] {
  return paths.flatMap((path) => {
    if (!isFolder(path)) return [path];
    const found = readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && name.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted();
    if (found.length > 0) return found;
    throw new CommandError('file_not_found', `The folder ${path} has no ${what}.`, { file: path });
  });
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw unreadable(path, error);
  }
}
