import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { createDigester, type Digester, readFileStamp } from '../digests/index.ts';
import { AppError, readSystemCode } from '../errors/index.ts';
import type { Objects } from '../objects/index.ts';
import { lockFolder } from '../store/folder-lock.ts';
import { checkSqlite } from '../store/index.ts';
import { type BackupFile, type BackupManifest, buildBlobKey, readManifest, STORE, toSummary } from './layout.ts';
import { BackupId, type BackupSummary } from './schema.ts';

/** Marker file from the first file of a restore to its last check: no server starts on a folder with it. */
const MARKER = '.restoring.json';
/** Left by the lock of the folder, which a restore takes as a server does. */
const LOCK = /^lock\.db/;
const PART = '.restoring-part';
const Marker = z.object({ backup: BackupId });

/** Error: `data_folder_restoring`. */
export function refuseHalfRestored(folder: string): void {
  if (!existsSync(join(folder, MARKER))) return;
  const detail = `A restore into ${folder} was interrupted. Run the same steelyard backup restore again: it resumes.`;
  throw new AppError('data_folder_restoring', detail, { folder });
}

/**
 * Restores a backup into a folder that is missing or empty, or that an interrupted restore of the same backup left. It succeeds
 * only when every file has its digest and the store its structure. Errors: `backup_not_found`, `backup_damaged`,
 * `restore_folder_not_empty`, `data_folder_in_use`, `storage_full`, and those of buckets.
 */
export async function restoreBackup(
  place: Objects,
  backup: string,
  folder: string,
  progress: (filesDone: number, files: number) => void,
): Promise<BackupSummary> {
  const manifest = await readManifest(place, backup);
  await refuseUsed(folder, backup);
  using _lock = lockFolder(folder);
  await writeMarker(folder, backup);
  await using digester = createDigester();
  try {
    for (const [index, file] of manifest.files.entries()) {
      progress(index, manifest.files.length * 2);
      await restoreFile(place, file, folder, digester);
    }
    await rm(join(folder, PART), { force: true });
    await checkAll(manifest, folder, digester, progress);
  } catch (error) {
    throw readSystemCode(error) === 'ENOSPC' ? createDiskFull(folder, error) : error;
  }
  await rm(join(folder, MARKER));
  await syncFolder(folder);
  return toSummary(manifest);
}

async function refuseUsed(folder: string, backup: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const names = (await readdir(folder)).filter((name) => !LOCK.test(name));
  if (names.length === 0) return;
  if (names.includes(MARKER)) {
    const begun = await readMarker(folder);
    if (begun === null || begun === backup) return;
    const detail = `A restore of ${begun} into ${folder} was interrupted. Resume that restore, or use an empty folder.`;
    throw new AppError('restore_folder_not_empty', detail, { folder, begun });
  }
  const detail = `${folder} is not empty (${names.slice(0, 3).join(', ')}). Name an empty folder with --data.`;
  throw new AppError('restore_folder_not_empty', detail, { folder });
}

/** Null: the marker is truncated, so no file had been restored yet. */
async function readMarker(folder: string): Promise<string | null> {
  try {
    return Marker.parse(JSON.parse(await readFile(join(folder, MARKER), 'utf8'))).backup;
  } catch {
    return null;
  }
}

async function writeMarker(folder: string, backup: string): Promise<void> {
  await writeFile(join(folder, MARKER), JSON.stringify({ backup }), { mode: 0o600, flush: true });
  await syncFolder(folder);
}

async function restoreFile(place: Objects, file: BackupFile, folder: string, digester: Digester): Promise<void> {
  const target = join(folder, ...file.path.split('/'));
  const there = await readFileStamp(target);
  if (there?.sizeBytes === file.sizeBytes && (await digester.digest(target)).sha256 === file.sha256) return;
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const part = join(folder, PART);
  await rm(part, { force: true });
  const { content } = await place.open(buildBlobKey(file.sha256)).catch((error: unknown) => {
    const isMissing = error instanceof AppError && ['object_not_found', 'bucket_object_not_found'].includes(error.code);
    throw isMissing ? createDamagedBackup(file, 'is missing') : error;
  });
  const hash = createHash('sha256');
  {
    await using written = await open(part, 'wx', 0o600);
    for await (const chunk of content as AsyncIterable<Buffer>) {
      hash.update(chunk);
      await written.appendFile(chunk);
    }
    await written.sync();
  }
  if (hash.digest('hex') !== file.sha256) throw createDamagedBackup(file, 'does not match its digest');
  await rename(part, target);
  await syncFolder(dirname(target));
}

/** Verifies the restored files against their digests. The restore succeeds only after this check. */
async function checkAll(
  { files }: BackupManifest,
  folder: string,
  digester: Digester,
  progress: (filesDone: number, files: number) => void,
): Promise<void> {
  for (const [index, file] of files.entries()) {
    progress(files.length + index, files.length * 2);
    const { sha256 } = await digester.digest(join(folder, ...file.path.split('/')));
    if (sha256 !== file.sha256) throw createDamagedBackup(file, 'does not match its digest after the write to disk');
  }
  if (!files.some(({ path }) => path === STORE)) throw new AppError('backup_damaged', 'The backup has no store.');
  const [problem] = await checkSqlite(join(folder, STORE));
  if (problem !== undefined) throw new AppError('backup_damaged', `The store of the backup is damaged: ${problem}.`);
}

function createDamagedBackup(file: BackupFile, why: string): AppError {
  const detail = `${buildBlobKey(file.sha256)} of the backup (${file.path}) ${why}. Use another backup, or repair this one and run the restore again.`;
  return new AppError('backup_damaged', detail, { path: file.path, blob: buildBlobKey(file.sha256) });
}

function createDiskFull(folder: string, cause: unknown): AppError {
  const detail = `The disk of ${folder} is full. Free space and run the restore again: it resumes.`;
  return new AppError('storage_full', detail, { folder }, { cause });
}

async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}
