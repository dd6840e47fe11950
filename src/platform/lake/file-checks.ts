import { join } from 'node:path';
import { type Digester, readFileStamp } from '../digests/index.ts';
import { AppError, readSystemCode } from '../errors/index.ts';
import type { StagedFile } from './lake.ts';

/** Failures of the disk that make a file unreadable; anything else is not the file's fault. */
const UNREADABLE: ReadonlySet<string> = new Set(['EIO', 'EACCES', 'EPERM', 'EISDIR', 'ENOENT', 'ENOTDIR']);
const NAMED_FILES = 3;

export interface DamagedFile {
  readonly file: StagedFile;
  readonly why: string;
}

/**
 * Checks whether files of the lake are unchanged since they were written. The check of size and stamp is one system call for each file;
 * only a file that was touched since its last digest check is read completely.
 */
export class FileChecks {
  readonly #root: string;
  readonly #digester: Digester;
  /** Stamps, by path, under which the digest was found right in this process. */
  readonly #right = new Map<string, string>();

  constructor(root: string, digester: Digester) {
    this.#root = root;
    this.#digester = digester;
  }

  /** Error: `lake_file_damaged`. */
  async assertIntact(files: readonly StagedFile[]): Promise<void> {
    const checked = await Promise.all(files.map(async (file) => ({ file, why: await this.#damageOf(file, false) })));
    const damaged = checked.filter((one): one is DamagedFile => one.why !== null);
    if (damaged.length > 0) throw createDamagedError(damaged);
  }

  /** Reads files whole after the engine failed on them: the error that explains it, or null when the files are intact. */
  async explainFailure(files: readonly StagedFile[], cause: unknown): Promise<AppError | null> {
    const damaged: DamagedFile[] = [];
    for (const file of files) {
      const why = await this.#damageOf(file, true);
      if (why !== null) damaged.push({ file, why });
    }
    return damaged.length === 0 ? null : createDamagedError(damaged, cause);
  }

  /** The file of a path has other facts from now on. */
  forget(path: string): void {
    this.#right.delete(path);
  }

  async #damageOf(file: StagedFile, whole: boolean): Promise<string | null> {
    if (file.damage !== null) return file.damage;
    try {
      const now = await readFileStamp(join(this.#root, file.path));
      if (now === null) return MISSING;
      if (now.sizeBytes !== file.sizeBytes) return describeSizeDamage(now.sizeBytes, file.sizeBytes);
      if (file.sha256 === null) return null;
      if (!whole && (now.stamp === file.stamp || now.stamp === this.#right.get(file.path))) return null;
      const { sha256 } = await this.#digester.digest(join(this.#root, file.path));
      if (sha256 !== file.sha256) return OTHER_CONTENT;
      this.#right.set(file.path, now.stamp);
      return null;
    } catch (error) {
      return describeUnreadableDamage(error);
    }
  }
}

export const MISSING = 'is missing';
export const OTHER_CONTENT = 'does not match its digest';

export function describeSizeDamage(found: number, written: number): string {
  return `has ${found} bytes; ${written} were written`;
}

/** Text of a disk error; rethrows any other error. */
export function describeUnreadableDamage(error: unknown): string {
  const code = readSystemCode(error);
  if (code === null || !UNREADABLE.has(code)) throw error;
  return code === 'ENOENT' || code === 'ENOTDIR' ? MISSING : `cannot be read (${code})`;
}

/** The billing month or the day that a partition is named by, `2026-10` or `2026-10-03`; null for any other name. */
export function parsePartitionTime(partition: string): string | null {
  return /(\d{4}-\d{2}(-\d{2})?)$/.exec(decodePartition(partition))?.[1] ?? null;
}

function decodePartition(partition: string): string {
  try {
    return decodeURIComponent(partition);
  } catch {
    return partition;
  }
}

export function createDamagedError(damaged: readonly DamagedFile[], cause?: unknown): AppError {
  const named = damaged.slice(0, NAMED_FILES).map(({ file, why }) => `lake/${file.path} ${why}`);
  const more = damaged.length > NAMED_FILES ? ` and ${damaged.length - NAMED_FILES} more` : '';
  const places = [...new Set(damaged.map(({ file }) => placeText(file)))];
  const place = places.slice(0, NAMED_FILES).join(', ') + (places.length > NAMED_FILES ? ', …' : '');
  const detail = `Incomplete: ${place}. File ${named.join('; ')}${more}. Run "steelyard verify --repair" to rebuild it, or restore it from a backup.`;
  const files = damaged.slice(0, 100).map(({ file, why }) => ({
    ...{ table: file.table, partition: file.partition, period: parsePartitionTime(file.partition) },
    ...{ file: `lake/${file.path}`, why },
  }));
  return new AppError('lake_file_damaged', detail, { files }, { cause });
}

/** Why the first file of a `lake_file_damaged` must not be read; null for any other error. */
export function readDamage(error: unknown): string | null {
  if (!(error instanceof AppError) || error.code !== 'lake_file_damaged') return null;
  const { files } = error.context as { files: readonly { readonly why: string }[] };
  return files[0]?.why ?? null;
}

function placeText({ table, partition }: StagedFile): string {
  const time = parsePartitionTime(partition);
  return `table ${table} ${time === null ? `(partition "${partition}")` : `of ${time}`}`;
}
