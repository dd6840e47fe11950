/** Work of the server's code that runs in the command itself, without a server; each part is loaded when it is needed. */

/** Drift of two local files. */
export function loadDriftComparison(): Promise<typeof import('../src/mlops/drift/local-files.ts')> {
  return import('../src/mlops/drift/local-files.ts');
}

/** Backups in a folder or bucket: listing and restoring need no server. */
export async function loadBackups() {
  const [backup, { systemClock }] = await Promise.all([
    import('../src/platform/backup/index.ts'),
    import('../src/platform/units/clock.ts'),
  ]);
  const { listBackups, openBackupPlace, restoreBackup } = backup;
  return { listBackups, openBackupPlace, restoreBackup, systemClock };
}
