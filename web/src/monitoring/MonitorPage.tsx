import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import { alertHandling } from '../../../src/mlops/monitoring/alerts/schema.ts';
import { counted } from '../format/number.ts';
import { formatInstant } from '../format/time.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { HandlingCard } from '../parts/HandlingCard.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Notice } from '../parts/Notice.tsx';
import { Page } from '../parts/Page.tsx';
import { AlertsCard } from './AlertsCard.tsx';
import { DriftCard } from './DriftCard.tsx';
import type { OpenCell } from './HeatStrip.tsx';
import { MonitorAnswer } from './MonitorAnswer.tsx';
import type { MonitorSearch } from './monitoring-search.ts';
import { QualityCard } from './QualityCard.tsx';
import { SlicesCard } from './SlicesCard.tsx';
import { useEpisodes, useMonitor } from './use-monitors.ts';
import { Watched } from './Watched.tsx';

const HEIGHT = 640;

/** One monitor: quality, drift and loss. */
export function MonitorPage() {
  const { monitor } = useParams({ from: '/monitoring/$monitor' });
  const search = useSearch({ from: '/monitoring/$monitor' });
  const navigate = useNavigate({ from: '/monitoring/$monitor' });
  const by = search.by ?? 'day';
  const query = useMonitor(monitor, by);
  const episodes = useEpisodes(monitor);
  const alerts = episodes.data?.alerts ?? [];
  const onSearch = useCallback(
    (next: MonitorSearch) =>
      void navigate({ search: (before) => ({ ...before, ...next }), resetScroll: false, replace: true }),
    [navigate],
  );
  const onOpen = useCallback(
    (cell: OpenCell | null) => onSearch({ column: cell?.column, window: cell?.window }),
    [onSearch],
  );
  const answer = () => {
    if (query.error !== null && query.data === undefined) return query.error.message;
    if (query.data === undefined || episodes.isPending) return <AnswerPending />;
    const open = alerts.filter(({ closedAt }) => closedAt === null);
    return <MonitorAnswer model={query.data.spec.model} windows={query.data.windows} open={open} />;
  };
  return (
    <Page title={monitor} answer={answer()} longAnswer>
      <Loaded query={query} what="The monitor" height={HEIGHT}>
        {({ spec, windows, unmatchedLabels, estimation, inputs, knownAt, isStale }) => (
          <div className={layout.stack}>
            <Watched monitor={monitor} model={spec.model} />
            <AlertsCard monitor={monitor} spec={spec} />
            <QualityCard {...{ monitor, spec, windows, by, onSearch }} episodes={alerts} metric={search.metric} />
            {estimation?.reason != null && <Notice>Quality is not estimated: {estimation.reason}</Notice>}
            {isStale && <Notice>As of {formatInstant(knownAt)}; later arrivals are not counted yet.</Notice>}
            {unmatchedLabels > 0 && (
              <Notice>
                {counted(unmatchedLabels, 'label')} {unmatchedLabels === 1 ? 'is' : 'are'} of unknown predictions, and
                in no figure.
              </Notice>
            )}
            <DriftCard
              monitor={monitor}
              spec={spec}
              open={{
                ...(search.column === undefined ? {} : { column: search.column }),
                ...(search.window === undefined ? {} : { window: search.window }),
              }}
              onOpen={onOpen}
            />
            <SlicesCard {...{ monitor, inputs, by, onSearch }} slice={search.slice} />
            {alerts
              .filter(({ closedAt }) => closedAt === null)
              .map(({ episode, alert }) => (
                <HandlingCard
                  key={episode}
                  title={`Handling of alert ${alert}`}
                  endpoints={alertHandling}
                  params={{ episode }}
                />
              ))}
          </div>
        )}
      </Loaded>
    </Page>
  );
}
