import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type BillSource, listSources, startSyncs } from '../../../src/finops/sources/schema.ts';
import { call, endpointQuery } from '../client.ts';
import { counted } from '../format/number.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Instant } from '../parts/Instant.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Notice } from '../parts/Notice.tsx';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import { CommandCard } from './CommandCard.tsx';
import { SettingsTable } from './SettingsTable.tsx';

const TABLE_HEIGHT = 200;
const POLL_MS = 1000;
const IDLE_MS = 60_000;

const STATES: Readonly<Record<BillSource['state'], string>> = {
  never: 'Not synced yet',
  syncing: 'Syncing',
  ok: 'Up to date',
  waiting: 'Waits for a complete delivery',
  held: 'Delivery on hold',
  failed: 'Failed',
};

const COMMANDS = [
  { command: 'steelyard apply -f source.yaml', effect: 'Add or change a source (kind: BillSource)' },
  { command: 'steelyard bill sync', effect: 'Sync all sources now' },
];

/** Places from which bills are fetched, with their last sync. */
export function SourcesPage() {
  const sources = useQuery({
    ...endpointQuery(listSources),
    refetchInterval: ({ state }) =>
      state.data?.sources.some((one) => one.state === 'syncing') === true ? POLL_MS : IDLE_MS,
  });
  const queries = useQueryClient();
  const sync = useMutation({
    mutationFn: (source: string) => call(startSyncs, { body: { source } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: [listSources.path] }),
  });
  const answer = () => {
    if (sources.data === undefined) return sources.isError ? 'The sources could not be read.' : <AnswerPending />;
    const { length } = sources.data.sources;
    const failed = sources.data.sources.filter(({ state }) => state === 'failed').length;
    if (length === 0) return 'No bill source: bills are imported by hand.';
    return `${counted(length, 'bill source')}: ${failed === 0 ? 'the last sync of none failed' : `the last sync of ${failed} failed`}.`;
  };
  return (
    <Page title="Sources" answer={answer()} shortAnswer>
      <div className={layout.stack}>
        {sync.error !== null && <Notice kind="alert">{sync.error.message}</Notice>}
        <Card title="Bill sources" flush>
          <Loaded query={sources} what="The sources" height={TABLE_HEIGHT}>
            {(data) =>
              data.sources.length === 0 ? (
                <EmptyState
                  shows="Buckets and folders from which bills are fetched on a schedule."
                  why="There is no bill source. Apply a document that states one."
                  command="steelyard apply -f source.yaml"
                />
              ) : (
                <SettingsTable
                  label="Bill sources"
                  head={['Source', 'Location', 'State', 'Last sync', 'Next sync', '']}
                  rows={data.sources.map((source) => ({
                    key: source.source,
                    cells: listCells(source, sync.isPending, sync.mutate),
                    values: { 0: source.source, 2: STATES[source.state], 3: source.lastSyncAt, 4: source.nextSyncAt },
                  }))}
                />
              )
            }
          </Loaded>
        </Card>
        <CommandCard title="Change sources" commands={COMMANDS} />
      </div>
    </Page>
  );
}

function listCells(one: BillSource, busy: boolean, sync: (source: string) => void) {
  const { source, location, state, lastSyncAt, nextSyncAt, lastError } = one;
  return [
    <Link key="name" to="/deliveries" search={{ source }} className={parts.textLink}>
      {source}
    </Link>,
    location,
    <span key="state" data-tip={lastError?.detail}>
      {STATES[state]}
    </span>,
    lastSyncAt === null ? 'Never' : <Instant key="last" at={lastSyncAt} />,
    nextSyncAt === null ? 'By hand only' : <Instant key="next" at={nextSyncAt} />,
    <button
      key="sync"
      type="button"
      className={parts.button}
      disabled={busy || state === 'syncing'}
      aria-label={`Sync ${source} now`}
      onClick={() => sync(source)}
    >
      Sync now
    </button>,
  ];
}
