import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { showMonitor } from '../../../src/mlops/monitors/schema.ts';
import type { ResponseOf } from '../../../src/platform/contract/schema.ts';
import { formatCount } from '../format/number.ts';
import { useModelHealth } from '../health/use-production-health.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Notice } from '../parts/Notice.tsx';
import { Page } from '../parts/Page.tsx';
import { PageTabs } from '../parts/PageTabs.tsx';
import { AlertsTab } from './AlertsTab.tsx';
import { DriftCard } from './DriftCard.tsx';
import type { OpenCell } from './HeatStrip.tsx';
import { MonitorSetup } from './MonitorSetup.tsx';
import { describeModel } from './model-status.ts';
import type { MonitorSearch, MonitorTab } from './monitoring-search.ts';
import { NowTab } from './NowTab.tsx';
import { QualityTab } from './QualityTab.tsx';
import { SlicesCard } from './SlicesCard.tsx';
import { useEpisodes, useMonitor } from './use-monitors.ts';

const HEIGHT = 640;

/** One monitor: quality and alerts of the running version, drift, slices, alert history and its document. */
export function MonitorPage() {
  const { monitor } = useParams({ from: '/monitoring/$monitor' });
  const search = useSearch({ from: '/monitoring/$monitor' });
  const query = useMonitor(monitor, search.by ?? 'day');
  const health = useModelHealth(query.data?.spec.model ?? '');
  const answer = () => {
    if (query.error !== null && query.data === undefined) return query.error.message;
    if (query.data === undefined || health.data === undefined) return <AnswerPending />;
    return health.data === null ? `${query.data.spec.model} is not known yet.` : describeModel(health.data);
  };
  return (
    <Page title={monitor} answer={answer()}>
      <Loaded query={health.isFetched ? query : { ...query, data: undefined }} what="The monitor" height={HEIGHT}>
        {(data) => (
          <>
            {data.scoring !== null && (
              <Notice>
                Scoring predictions: {formatCount(data.scoring.predictions)} of {formatCount(data.scoring.of)}. Figures
                follow.
              </Notice>
            )}
            <Tabs data={data} search={search} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

interface TabsProps {
  readonly data: ResponseOf<typeof showMonitor>;
  readonly search: MonitorSearch;
}

/** The tab of an address that names none: of its open column or input. */
function selectTab({ tab, column, slice }: MonitorSearch): MonitorTab {
  return tab ?? (column !== undefined ? 'drift' : slice !== undefined ? 'slices' : 'now');
}

function Tabs({ data, search }: TabsProps) {
  const { monitor, spec, inputs } = data;
  const navigate = useNavigate({ from: '/monitoring/$monitor' });
  const episodes = useEpisodes(monitor);
  const alerts = episodes.data?.alerts ?? [];
  const by = search.by ?? 'day';
  const tab = selectTab(search);
  const onSearch = useCallback(
    (next: MonitorSearch) =>
      void navigate({ search: (before) => ({ ...before, ...next }), resetScroll: false, replace: true }),
    [navigate],
  );
  const onOpen = useCallback(
    (cell: OpenCell | null) => onSearch({ tab: 'drift', column: cell?.column, window: cell?.window }),
    [onSearch],
  );
  const choose = (value: MonitorTab) => onSearch({ tab: value === 'now' ? undefined : value, ...CLOSED });
  return (
    <PageTabs
      label={`Monitor ${monitor}`}
      tabs={[
        { value: 'now', label: 'Now' },
        { value: 'quality', label: 'Quality' },
        { value: 'drift', label: 'Drift' },
        { value: 'slices', label: 'Slices' },
        { value: 'alerts', label: 'Alert history', count: alerts.length },
        { value: 'setup', label: 'Set up' },
      ]}
      value={tab}
      onChange={choose}
    >
      {tab === 'now' && <NowTab data={data} by={by} episodes={alerts} />}
      {tab === 'quality' && (
        <QualityTab data={data} by={by} episodes={alerts} metric={search.metric} onSearch={onSearch} />
      )}
      {tab === 'drift' && (
        <DriftCard
          monitor={monitor}
          spec={spec}
          open={{
            ...(search.column === undefined ? {} : { column: search.column }),
            ...(search.window === undefined ? {} : { window: search.window }),
          }}
          onOpen={onOpen}
        />
      )}
      {tab === 'slices' && <SlicesCard {...{ monitor, inputs, by, onSearch }} slice={search.slice} />}
      {tab === 'alerts' && <AlertsTab monitor={monitor} spec={spec} />}
      {tab === 'setup' && <MonitorSetup monitor={monitor} spec={spec} />}
    </PageTabs>
  );
}

/** Parameters of one tab, removed with a change of tab. */
const CLOSED = { column: undefined, window: undefined, slice: undefined };
