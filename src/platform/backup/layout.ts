import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { AppError, readSystemCode } from '../errors/index.ts';
import { type Objects, openObjects, openRemoteObjects } from '../objects/index.ts';
import type { Clock } from '../units/index.ts';
import { BackupId, type BackupSummary, DamagedEntry } from './schema.ts';

/*
 * A place of backups holds
 *   blobs/ab/abcdef…       content of files, by SHA-256; a content that is there is not copied again
 *   backups/b_….json       one manifest a backup, written last: a backup without it does not exist
 */

/** Relative, `/`-separated, and one of the paths of a data folder. */
const BackedUpPath = z
  .string()
  .max(4096)
  .refine((path) => {
    const segments = path.split('/');
    const isPlain = segments.every((segment) => segment !== '' && segment !== '.' && segment !== '..');
    return isPlain && !/[\0\\]/.test(path) && (path === STORE || TOP.has(segments[0] ?? ''));
  }, 'a path within the data folder');

export const STORE = 'store.db';
const TOP: ReadonlySet<string> = new Set(['lake', 'objects', 'journals']);

export const BackupFile = z.strictObject({
  path: BackedUpPath,
  sizeBytes: z.number().int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type BackupFile = z.infer<typeof BackupFile>;

export const BackupManifest = z.strictObject({
  format: z.literal('steelyard-backup/1'),
  backup: BackupId,
  createdAt: z.string(),
  version: z.string(),
  files: z.array(BackupFile),
  damaged: z.array(DamagedEntry),
});
export type BackupManifest = z.infer<typeof BackupManifest>;

export const buildBlobKey = (sha256: string) => `blobs/${sha256.slice(0, 2)}/${sha256}`;
const buildManifestKey = (backup: string) => `backups/${backup}.json`;

/** Opens a place of backups; a folder is made when it is missing. Errors: those of buckets. */
export async function openBackupPlace(address: string, clock: Clock): Promise<Objects> {
  if (!isAbsolute(address)) return openRemoteObjects(address, { clock });
  try {
    return await openObjects(resolve(address), { shared: true });
  } catch (cause) {
    const code = readSystemCode(cause);
    if (code === null) throw cause;
    const isDenied = ['EACCES', 'EPERM', 'EROFS'].includes(code);
    const detail = `${address} cannot store backups (${code}). Name a folder that the server's user can write.`;
    throw new AppError(isDenied ? 'bucket_access_denied' : 'bucket_not_found', detail, { address }, { cause });
  }
}

export async function writeManifest(place: Objects, manifest: BackupManifest): Promise<void> {
  await place.put(buildManifestKey(manifest.backup), JSON.stringify(manifest));
}

export interface ListedBackups {
  /** Complete backups, oldest first. */
  readonly backups: readonly BackupSummary[];
  /** Ids of backups whose manifest cannot be read. */
  readonly unreadable: readonly string[];
}

export async function listBackups(place: Objects): Promise<ListedBackups> {
  const names = (await place.list('backups')).filter(({ isFolder }) => !isFolder).map(({ name }) => name);
  const ids = names.map((name) => name.replace(/\.json$/, '')).filter((id) => BackupId.safeParse(id).success);
  const backups: BackupSummary[] = [];
  const unreadable: string[] = [];
  for (const id of ids) {
    try {
      backups.push(toSummary(await readManifest(place, id)));
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'backup_damaged') throw error;
      unreadable.push(id);
    }
  }
  // An id has the second of its backup; two backups of one second are told apart by the full time.
  backups.sort((one, other) => Date.parse(one.createdAt) - Date.parse(other.createdAt));
  return { backups, unreadable };
}

/** Errors: `backup_not_found`, `backup_damaged`. */
export async function readManifest(place: Objects, backup: string): Promise<BackupManifest> {
  if ((await place.size(buildManifestKey(backup))) === null) {
    const detail = `There is no complete backup ${backup} at this address. List backups with steelyard backup list.`;
    throw new AppError('backup_not_found', detail, { backup });
  }
  const { content } = await place.open(buildManifestKey(backup));
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk as Buffer);
  try {
    return BackupManifest.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  } catch (cause) {
    const detail = `The manifest of backup ${backup} cannot be read; use another backup.`;
    throw new AppError('backup_damaged', detail, { backup }, { cause });
  }
}

export function toSummary({ backup, createdAt, version, files, damaged }: BackupManifest): BackupSummary {
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return { backup, createdAt, version, files: files.length, sizeBytes, damaged };
}
