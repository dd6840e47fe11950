import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  BackupAddress,
  BackupId,
  type BackupRun,
  type BackupSummary,
  getBackupRun,
  startBackup,
} from '../src/platform/backup/schema.ts';
import type { Client } from './connection/client.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { loadBackups } from './local-work.ts';
import { counted, formatBytes, formatCount, formatInstant } from './output/amounts.ts';
import { createProgress } from './output/progress.ts';
import { table } from './output/table.ts';
import { readSettings } from './settings.ts';

/** The backup is complete, but lacks files that were damaged before. */
const LACKS_FILES = 8;
const ASKED_AGAIN_MS = 200;
const place = { value: 'ADDRESS', schema: BackupAddress, required: true } as const;

const createCommand = command({
  path: ['backup', 'create'],
  summary: 'Back up store, lake, objects and journals of a running server to a folder or bucket',
  example:
    'steelyard backup create --to /var/backups/steelyard\nsteelyard backup create --to "s3://backups/steelyard?region=eu-west-1"',
  needs: 'server',
  exits: { [LACKS_FILES]: 'the backup was made, but lacks files that were missing or damaged already' },
  options: {
    to: { ...place, describe: 'Folder of the server (an absolute path) or bucket; equal content is stored once' },
  },
  run: async (context, { to }) => {
    const client = await context.client();
    const ended = await waitFor(context, client, await client.call(startBackup, { body: { to } }));
    if (ended.summary === null) throw new CommandError('internal', `No backup was made: ${ended.error}`);
    const { summary } = ended;
    await context.answer(ended, () => createdText(ended, summary, context));
    return summary.damaged.length === 0 ? 0 : LACKS_FILES;
  },
});

async function waitFor(context: Context, client: Client, started: BackupRun): Promise<BackupRun> {
  const progress = createProgress(context.io.err, context.globals.json);
  try {
    for (let state = started; ; ) {
      if (state.endedAt !== null) return state;
      const { filesDone = 0, files = null } = state.progress ?? {};
      progress.show(
        `Copied ${formatCount(filesDone)} files`,
        files === null ? null : Math.min(1, filesDone / Math.max(1, files)),
      );
      await pause(ASKED_AGAIN_MS);
      state = await client.call(getBackupRun, { params: { run: started.run } });
    }
  } finally {
    await progress.clear();
  }
}

function createdText(run: BackupRun, summary: BackupSummary, { paint }: Context): string {
  const { backup, files, sizeBytes, damaged } = summary;
  const copied = `${counted(run.copiedFiles, 'file')} (${formatBytes(run.copiedBytes)}) copied, the rest was there`;
  return [
    `${paint.good(`Backup ${backup} is complete:`)} ${counted(files, 'file')}, ${formatBytes(sizeBytes)}; ${copied}.`,
    ...damaged.map(({ path, problem }) => paint.bad(`left out: ${path} ${problem}`)),
  ].join('\n');
}

const listCommand = command({
  path: ['backup', 'list'],
  summary: 'List the complete backups in a folder or bucket, oldest first',
  example: 'steelyard backup list --from /var/backups/steelyard',
  needs: 'nothing',
  options: { from: { ...place, describe: 'Folder or bucket of the backups' } },
  run: async (context, { from }) => {
    const { listBackups, openBackupPlace, systemClock } = await loadBackups();
    await using opened = await openBackupPlace(from, systemClock);
    const { backups, unreadable } = await listBackups(opened);
    await context.answer({ backups, unreadable }, () => backupsText(backups, context));
    for (const id of unreadable) await context.remark(`The manifest of ${id} cannot be read: it cannot be restored.`);
    if (backups.length === 0) await context.remark('No complete backup is there.');
    return 0;
  },
});

function backupsText(backups: readonly BackupSummary[], { paint }: Context): string {
  if (backups.length === 0) return '';
  const columns = [
    { title: 'BACKUP', cell: ({ backup }: BackupSummary) => backup },
    { title: 'CREATED', cell: ({ createdAt }: BackupSummary) => formatInstant(createdAt) },
    { title: 'VERSION', cell: ({ version }: BackupSummary) => version },
    { title: 'FILES', align: 'right', cell: ({ files }: BackupSummary) => formatCount(files) },
    { title: 'SIZE', align: 'right', cell: ({ sizeBytes }: BackupSummary) => formatBytes(sizeBytes) },
    { title: 'MISSING FILES', align: 'right', cell: ({ damaged }: BackupSummary) => formatCount(damaged.length) },
  ] as const;
  return table(backups, columns, paint);
}

const restoreCommand = command({
  path: ['backup', 'restore'],
  summary: 'Restore a backup into an empty data folder and verify every file',
  example:
    'steelyard backup restore b_20261128T181500Z_0f3a9c42 --from /var/backups/steelyard --data /var/lib/steelyard',
  needs: 'settings',
  positionals: { backup: { describe: 'Id of the backup, as backup list shows it' } },
  options: { from: { ...place, describe: 'Folder or bucket of the backup' } },
  run: async (context, { backup, from }) => {
    const { openBackupPlace, restoreBackup, systemClock } = await loadBackups();
    const { data, config: file } = context.globals;
    const folder = resolve(readSettings({ data, config: file }, context.io.environment).config.data);
    const id = BackupId.safeParse(backup);
    if (!id.success)
      throw new CommandError('usage', `"${backup}" is no id of a backup; steelyard backup list shows them.`);
    await using opened = await openBackupPlace(from, systemClock);
    const progress = createProgress(context.io.err, context.globals.json);
    try {
      const summary = await restoreBackup(opened, id.data, folder, (done, all) =>
        progress.show('Restoring', done / all),
      );
      await progress.clear();
      await context.answer({ ...summary, data: folder }, () => restoredText(summary, folder, context));
      return summary.damaged.length === 0 ? 0 : LACKS_FILES;
    } finally {
      await progress.clear();
    }
  },
  exits: { [LACKS_FILES]: 'restored, but the backup lacks files that were damaged when it was made' },
});

function restoredText(
  { backup, files, sizeBytes, damaged }: BackupSummary,
  folder: string,
  { paint }: Context,
): string {
  return [
    `${paint.good(`Restored ${backup}`)} into ${folder}: ${counted(files, 'file')}, ${formatBytes(sizeBytes)}, every digest checked.`,
    ...damaged.map(({ path, problem }) => paint.bad(`not in the backup: ${path} ${problem}`)),
  ].join('\n');
}

export const backupCommands = [createCommand, listCommand, restoreCommand];
