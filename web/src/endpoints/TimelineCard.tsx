import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { EndpointMetrics } from '../../../src/mlops/gateway/metrics/schema.ts';
import type { EndpointDetail } from '../../../src/mlops/serving/schema.ts';
import { TimePanels } from '../charts/TimePanels.tsx';
import { panelsHeight } from '../charts/time-panels-option.ts';
import { usePng } from '../charts/use-png.ts';
import { formatCount } from '../format/number.ts';
import { rangeText } from '../frame/date-range.ts';
import { useNamedRange } from '../frame/use-scope.ts';
import { Card } from '../parts/Card.tsx';
import { Choice } from '../parts/Choice.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Notice } from '../parts/Notice.tsx';
import parts from '../parts/parts.module.css';
import { Select } from '../parts/Select.tsx';
import { Swatch } from '../parts/Swatch.tsx';
import styles from './endpoints.module.css';
import type { EndpointSearch, RangeName } from './endpoints-search.ts';
import { findRange, RANGES } from './endpoints-search.ts';
import { MetricsTable } from './MetricsTable.tsx';
import { metricsCsv } from './metrics-csv.ts';
import { sum } from './sum.ts';
import { buildTimeline, type TimelineEvent } from './timeline.ts';
import { useMetrics } from './use-metrics.ts';

/** Value of the range that the address names. */
const NAMED = 'named';
const PANEL_HEIGHT = 84;
const PANELS = 5;
const SHORT_PANELS: readonly string[] = ['traffic', 'latency'];
const VIEWS = [
  { value: 'charts', label: 'Charts' },
  { value: 'table', label: 'Table' },
] as const;

interface TimelineCardProps {
  readonly endpoint: EndpointDetail;
  readonly events: readonly TimelineEvent[];
  readonly search: EndpointSearch;
  readonly onSearch: (next: EndpointSearch) => void;
  /** Traffic and latency only. */
  readonly isShort?: boolean;
}

/** Traffic, latency, errors, replicas and cost on one axis of time. */
export function TimelineCard(props: TimelineCardProps) {
  const { endpoint, events, search, onSearch, isShort = false } = props;
  const { name, variants } = endpoint;
  const range = findRange(search.range ?? '1h');
  const view = search.view ?? 'charts';
  const named = useNamedRange();
  const navigate = useNavigate();
  const goLive = (value: RangeName) =>
    void navigate({
      to: '.',
      search: (before) => ({ ...before, from: undefined, to: undefined, range: value === '1h' ? undefined : value }),
      resetScroll: false,
      replace: true,
    });
  const metrics = useMetrics(name, range);
  const { onChart, save } = usePng(`${name}-${range.value}`);
  return (
    <Card
      title={
        isShort
          ? `Traffic and latency${named === undefined ? `, ${range.label.toLowerCase()}` : ''}`
          : 'Traffic, latency, errors and cost'
      }
      note={
        view === 'charts' && !isShort ? 'Triangles: changes. Drag to zoom in, double click to zoom out.' : undefined
      }
      actions={
        isShort ? undefined : (
          <>
            <Select
              label="Time"
              hideLabel
              value={named === undefined ? range.value : NAMED}
              options={named === undefined ? RANGES : [{ value: NAMED, label: rangeText(named) }, ...RANGES]}
              onChange={(value) => value !== NAMED && goLive(value as RangeName)}
            />
            <Choice
              label="Shown as"
              value={view}
              options={VIEWS}
              onChange={(value) => onSearch({ view: value === 'charts' ? undefined : value })}
            />
            <CsvButton
              name={`${name}-${range.value}`}
              what="the steps"
              text={() => metricsCsv(metrics.data?.points ?? [])}
            />
            {view === 'charts' && (
              <button type="button" className={parts.button} onClick={save}>
                PNG<span className="visually-hidden"> of the charts</span>
              </button>
            )}
          </>
        )
      }
      flush={view === 'table'}
    >
      <Loaded
        query={metrics}
        what="The time series"
        height={panelsHeight(isShort ? SHORT_PANELS.length : PANELS, PANEL_HEIGHT)}
      >
        {(data) =>
          data.points.length === 0 ? (
            <EmptyState
              shows="Requests, latency, errors, replicas and cost on one time axis."
              why={`Nothing was measured in this time. Call the endpoint as the tab Set up shows, or ${named === undefined ? `look further back than ${range.label.toLowerCase().replace('last', 'the last')}` : 'choose another date range'}.`}
            />
          ) : view === 'table' ? (
            <MetricsTable endpoint={name} points={data.points} />
          ) : (
            <Charts
              metrics={data}
              events={events}
              variants={variants}
              panels={isShort ? SHORT_PANELS : null}
              onChart={onChart}
            />
          )
        }
      </Loaded>
      {(metrics.data?.notMeasured ?? 0) > 0 && (
        <Notice>
          {formatCount(metrics.data?.notMeasured ?? 0)} requests since the server started are missing here: their
          measurements could not be written.
        </Notice>
      )}
    </Card>
  );
}

interface ChartsProps {
  readonly metrics: EndpointMetrics;
  readonly events: readonly TimelineEvent[];
  readonly variants: EndpointDetail['variants'];
  /** Ids of the panels; null: all. */
  readonly panels: readonly string[] | null;
  readonly onChart: Parameters<typeof TimePanels>[0]['onChart'];
}

function Charts({ metrics, events, variants, panels, onChart }: ChartsProps) {
  const data = useMemo(() => {
    const all = buildTimeline(metrics, events, variants);
    return panels === null ? all : { ...all, panels: all.panels.filter(({ id }) => panels.includes(id)) };
  }, [metrics, events, variants, panels]);
  const versions = data.panels.find(({ id }) => id === 'traffic')?.series ?? [];
  const requests = sum(metrics.points, (point) => point.requests);
  return (
    <>
      <ul className={styles.legend} aria-label="Versions">
        {versions.map(({ id, name, variable }) => (
          <li key={id}>
            <Swatch variable={variable} />
            {name}
          </li>
        ))}
      </ul>
      <TimePanels
        data={data}
        panelHeight={PANEL_HEIGHT}
        onChart={onChart}
        label={`${panels === null ? 'Requests, latency, errors, replicas and cost' : 'Requests and latency'} by time: ${formatCount(requests)} requests to ${versions.map(({ name }) => name).join('; ')}. The table has every figure.`}
      />
    </>
  );
}
