import { useNavigate, useSearch } from '@tanstack/react-router';
import { toCsv } from '../format/csv.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { SourcesTable } from './SourcesTable.tsx';
import { SyncDrawer } from './SyncDrawer.tsx';
import { useSources } from './use-sync.ts';

const HEIGHT = 120;
const HEADER = [
  ...['source', 'location', 'layout', 'state', 'lastSyncAt', 'lastErrorCode', 'lastError', 'schedule', 'nextSyncAt'],
];

/** Sources that are synced automatically, the result of the last sync, and a button that starts a sync. */
export function SourcesCard() {
  const sources = useSources();
  const { sync } = useSearch({ from: '/deliveries' });
  const navigate = useNavigate({ from: '/deliveries' });
  const show = (source: string | undefined) =>
    void navigate({ search: (before) => ({ ...before, sync: source }), resetScroll: false });
  const found = sources.data?.sources ?? [];
  const open = found.find((one) => one.source === sync);
  const csv = () =>
    toCsv(
      HEADER,
      found.map((one) => [
        ...[one.source, one.location, one.layout, one.state, one.lastSyncAt],
        ...[one.lastError?.code ?? null, one.lastError?.detail ?? null, one.schedule, one.nextSyncAt],
      ]),
    );
  return (
    <Card
      title="Automatic sources"
      note="Sources are configuration: folders, S3 and Azure Blob. Times in UTC"
      actions={found.length > 0 && <CsvButton name="bill-sources" what="the sources" text={csv} />}
      flush
    >
      <Loaded query={sources} what="The sources" height={HEIGHT}>
        {() =>
          found.length === 0 ? (
            <EmptyState
              shows="Each source with its last and its next sync, and its errors."
              why="No source is configured: bills are imported manually. A BillSource document names a folder, a bucket or a container."
              command="steelyard apply -f source.yaml"
            />
          ) : (
            <SourcesTable sources={found} onShow={show} />
          )
        }
      </Loaded>
      {open !== undefined && <SyncDrawer source={open} onClose={() => show(undefined)} />}
    </Card>
  );
}
