import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { type BillSource, getSourceDocument, listSources, startSyncs } from '../../../src/finops/sources/schema.ts';
import { call, endpointQuery } from '../client.ts';
import { DocumentDialog } from '../document-form/DocumentDialog.tsx';
import { DocumentNotice } from '../document-form/DocumentNotice.tsx';
import { formatDocument } from '../document-form/document.ts';
import { useDocumentApply } from '../document-form/use-document-apply.ts';
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
import { describeReadError } from '../parts/read-error.ts';
import { CommandCard } from './CommandCard.tsx';
import { SettingsTable } from './SettingsTable.tsx';
import { SourceActs } from './SourceActs.tsx';
import { SourceFields } from './SourceFields.tsx';
import { NEW_SOURCE, sourceKind } from './source-kind.ts';

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
  const apply = useDocumentApply();
  const [edited, setEdited] = useState<{ readonly isNew: boolean; readonly text: string } | null>(null);
  const read = useMutation({
    mutationFn: (source: string) => call(getSourceDocument, { params: { source } }),
    onSuccess: ({ source, spec }) => setEdited({ isNew: false, text: formatDocument('BillSource', source, spec) }),
  });
  const answer = () => {
    if (sources.data === undefined)
      return sources.isError ? describeReadError(sources.error, 'The sources') : <AnswerPending />;
    const { length } = sources.data.sources;
    const failed = sources.data.sources.filter(({ state }) => state === 'failed').length;
    if (length === 0) return 'No bill source: bills are imported by hand.';
    return `${counted(length, 'bill source')}, ${failed === 0 ? 'none failed' : `${failed} failed`} in the last sync.`;
  };
  return (
    <Page title="Sources" answer={answer()} shortAnswer>
      <div className={layout.stack}>
        {(sync.error ?? read.error) !== null && <Notice kind="alert">{(sync.error ?? read.error)?.message}</Notice>}
        <DocumentNotice apply={apply} />
        <Card
          title="Bill sources"
          actions={
            <button type="button" className={parts.button} onClick={() => setEdited({ isNew: true, text: NEW_SOURCE })}>
              New source…
            </button>
          }
          flush
        >
          <Loaded query={sources} what="The sources" height={TABLE_HEIGHT}>
            {(data) =>
              data.sources.length === 0 ? (
                <EmptyState
                  shows="Buckets and folders from which bills are fetched on a schedule."
                  why="There is no bill source yet. Create one here, or apply a document."
                  command="steelyard apply -f source.yaml"
                />
              ) : (
                <SettingsTable
                  label="Bill sources"
                  head={['Source', 'Location', 'State', 'Last sync', 'Next sync', '']}
                  rows={data.sources.map((source) => ({
                    key: source.source,
                    cells: [
                      ...listCells(source),
                      <SourceActs
                        key="acts"
                        source={source.source}
                        busy={sync.isPending || source.state === 'syncing'}
                        onSync={() => sync.mutate(source.source)}
                        onEdit={() => read.mutate(source.source)}
                      />,
                    ],
                    values: { 0: source.source, 2: STATES[source.state], 3: source.lastSyncAt, 4: source.nextSyncAt },
                  }))}
                />
              )
            }
          </Loaded>
        </Card>
        <CommandCard title="Change sources" commands={COMMANDS} />
      </div>
      {edited !== null && (
        <DocumentDialog
          title={edited.isNew ? 'New source' : 'Edit source'}
          kind={sourceKind}
          initial={edited.text}
          isNew={edited.isNew}
          change={apply.change}
          onClose={() => setEdited(null)}
          fields={(form) => <SourceFields form={form} isNew={edited.isNew} />}
        />
      )}
    </Page>
  );
}

function listCells(one: BillSource) {
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
  ];
}
