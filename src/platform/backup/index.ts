import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../errors/index.ts';
import { handle, type Identity, type Route } from '../http/index.ts';
import { WORK } from './create.ts';
import { getBackupRun, listBackupRuns, startBackup } from './schema.ts';
import { type BackupDeps, createBackupService } from './service.ts';

export { listBackups, openBackupPlace } from './layout.ts';
export { backupMigrations } from './migrations.ts';
export { refuseHalfRestored, restoreBackup } from './restore.ts';

/** Backups of the data folder, made while the server works. */
export interface Backups {
  readonly routes: readonly Route[];
}

/** Makes the endpoints and registers the job. */
export function createBackups(deps: BackupDeps): Backups {
  const service = createBackupService(deps);
  return {
    routes: [
      handle(startBackup, ({ body: { to }, identity }) => {
        requireAdmin(identity);
        return service.start(to);
      }),
      handle(listBackupRuns, async () => ({ runs: await service.list() })),
      handle(getBackupRun, ({ params: { run } }) => service.find(run)),
    ],
  };
}

/** Removes the leftovers of a backup that the end of the server interrupted. */
export async function removeBackupLeftovers(folder: string): Promise<void> {
  await rm(join(folder, WORK), { recursive: true, force: true });
}

/** A backup holds all that is stored, hashes of passwords included, and goes to any place that the server may write. */
function requireAdmin({ name, role }: Identity): void {
  if (role === null || role === 'admin') return;
  const detail = `${name} has the role ${role}; only administrators can make a backup, because it contains all data.`;
  throw new AppError('not_permitted', detail, { role });
}
