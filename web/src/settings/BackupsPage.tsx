import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type BackupRun, listBackupRuns } from '../../../src/platform/backup/schema.ts';
import { endpointQuery } from '../client.ts';
import { counted, formatBytes, formatCount } from '../format/number.ts';
import { formatInstant } from '../format/time.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Instant } from '../parts/Instant.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import { describeReadError } from '../parts/read-error.ts';
import { BackupDialog } from './BackupDialog.tsx';
import { CommandCard } from './CommandCard.tsx';
import { SettingsTable } from './SettingsTable.tsx';
import { useIsAdmin } from './use-is-admin.ts';

const TABLE_HEIGHT = 160;
const POLL_MS = 1000;
const IDLE_MS = 60_000;

const STATES = { waiting: 'Waiting', running: 'Running', ended: 'Complete', failed: 'Failed' } as const;

const COMMANDS = [
  {
    command: 'steelyard backup create --to /var/backups/steelyard',
    effect: 'Back up now, for example each night by cron',
  },
  {
    command: 'steelyard backup list --from /var/backups/steelyard',
    effect: 'List the complete backups in a folder or bucket',
  },
  {
    command: 'steelyard backup restore BACKUP --from /var/backups/steelyard --data /var/lib/steelyard',
    effect: 'Restore a backup, by its id in that list, into an empty folder',
  },
  { command: 'steelyard verify', effect: 'Verify the store, the lake, the objects and the journals' },
];

/** The last backups, and the form that starts one. */
export function BackupsPage() {
  const runs = useQuery({
    ...endpointQuery(listBackupRuns),
    refetchInterval: ({ state }) => (state.data?.runs.some(isActive) === true ? POLL_MS : IDLE_MS),
  });
  const isAdmin = useIsAdmin();
  const [asking, setAsking] = useState(false);
  const answer = () => {
    if (runs.data === undefined) return runs.isError ? describeReadError(runs.error, 'The backups') : <AnswerPending />;
    return describeBackups(runs.data.runs);
  };
  const button = (
    <button type="button" className={`${parts.button} ${parts.primary}`} onClick={() => setAsking(true)}>
      Back up now…
    </button>
  );
  return (
    <Page title="Backups" answer={answer()} shortAnswer>
      <div className={layout.stack}>
        <Card title="Last backups" actions={isAdmin ? button : undefined} flush>
          <Loaded query={runs} what="The backups" height={TABLE_HEIGHT}>
            {(data) =>
              data.runs.length === 0 ? (
                <EmptyState
                  shows="The last backups with their time, size and location."
                  why="This server was not asked for a backup yet."
                />
              ) : (
                <SettingsTable
                  label="Backups"
                  head={['Started', 'State', 'Place', 'Files', 'Size', 'Damaged files']}
                  numeric={[3, 4, 5]}
                  rows={data.runs.map(toRow)}
                />
              )
            }
          </Loaded>
        </Card>
        <CommandCard title="As commands" commands={COMMANDS} />
      </div>
      {asking && <BackupDialog last={runs.data?.runs[0]?.to ?? ''} onClose={() => setAsking(false)} />}
    </Page>
  );
}

function isActive({ endedAt }: BackupRun): boolean {
  return endedAt === null;
}

function toRow({ run, startedAt, state, to, summary, error, progress }: BackupRun) {
  const copied = progress === null ? null : `, ${formatCount(progress.filesDone)} files copied`;
  const cells = [
    <Instant key="at" at={startedAt} />,
    state === 'failed' ? `Failed: ${error ?? 'unknown reason'}` : `${STATES[state]}${copied ?? ''}`,
    to,
    summary === null ? '–' : formatCount(summary.files),
    summary === null ? '–' : formatBytes(summary.sizeBytes),
    summary === null ? '–' : formatCount(summary.damaged.length),
  ];
  return { key: run, cells, values: { 0: startedAt, 4: summary === null ? null : summary.sizeBytes } };
}

function describeBackups(runs: readonly BackupRun[]): string {
  const last = runs.find(({ state }) => state === 'ended');
  const failed = runs[0]?.state === 'failed' ? ' The newest attempt failed.' : '';
  if (last === undefined) return `No backup of this server is known.${failed}`;
  const damaged = last.summary?.damaged.length ?? 0;
  const lacks = damaged === 0 ? '' : ` It lacks ${counted(damaged, 'damaged file')}.`;
  return `The last backup is of ${formatInstant(last.startedAt)}, in ${last.to}.${lacks}${failed}`;
}
