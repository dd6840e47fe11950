import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { type ForecastDetail, getForecastCsv } from '../../../src/finops/forecasts/schema.ts';
import { buildUrl } from '../../../src/platform/contract/schema.ts';
import { FanChart } from '../charts/FanChart.tsx';
import { usePng } from '../charts/use-png.ts';
import { formatDay } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { Choice } from '../parts/Choice.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { FanLegend } from './FanLegend.tsx';
import { buildFan } from './fan-data.ts';
import type { ForecastsData } from './use-forecasts.ts';
import { subjectName } from './words.ts';

const HEIGHT = 300;
const LOADING_HEIGHT = 332;
const VIEWS = [
  { value: 'running', label: 'Running total' },
  { value: 'days', label: 'Days' },
] as const;

/** Forecast of the rest of the month. */
export function FanCard({ detail }: { readonly detail: ForecastsData['detail'] }) {
  const { view } = useSearch({ from: '/forecasts' });
  const navigate = useNavigate({ from: '/forecasts' });
  const png = usePng('forecast');
  const forecast = detail.data?.forecast;
  const choose = (value: 'running' | 'days') =>
    void navigate({
      search: (before) => ({ ...before, view: value === 'days' ? 'days' : undefined }),
      resetScroll: false,
    });
  const csv = forecast === undefined ? undefined : csvAddress(forecast);
  return (
    <Card
      title={forecast === undefined ? 'Forecast' : `Forecast of ${subjectName(forecast)}`}
      note={detail.data === undefined ? 'Effective cost' : describeFan(detail.data)}
      className="wide"
      actions={
        <>
          <Choice label="Drawn as" value={view ?? 'running'} options={VIEWS} onChange={choose} />
          {csv !== undefined && (
            <a className={parts.button} href={csv} download="forecast.csv">
              CSV<span className="visually-hidden"> of the days</span>
            </a>
          )}
          <button type="button" className={parts.button} onClick={png.save}>
            PNG<span className="visually-hidden"> of the forecast</span>
          </button>
        </>
      }
    >
      <Loaded query={detail} what="The forecast" height={LOADING_HEIGHT}>
        {(data) => <Drawn detail={data} view={view ?? 'running'} onChart={png.onChart} />}
      </Loaded>
    </Card>
  );
}

interface DrawnProps {
  readonly detail: ForecastDetail;
  readonly view: 'running' | 'days';
  readonly onChart: ReturnType<typeof usePng>['onChart'];
}

function Drawn({ detail, view, onChart }: DrawnProps) {
  const data = useMemo(() => buildFan(detail, view), [detail, view]);
  if (detail.forecast.forecast === null) {
    return (
      <EmptyState
        shows="The days so far and those to come, with their intervals."
        why={detail.forecast.reason ?? 'No data.'}
      />
    );
  }
  return (
    <>
      <FanLegend data={data} />
      <FanChart
        data={data}
        height={HEIGHT}
        onChart={onChart}
        label={`Fan chart: ${view === 'running' ? 'running total' : 'daily cost'} of ${subjectName(detail.forecast)}, then the forecast with its 80 % and 95 % intervals. The CSV has the figures.`}
      />
    </>
  );
}

function describeFan({ standing, forecast }: ForecastDetail): string {
  const late =
    standing.billedThrough > standing.through
      ? `; later charges, to ${formatDay(standing.billedThrough)}, are incomplete and left out`
      : '';
  return `Effective cost of bills in ${forecast.currency}, to ${formatDay(standing.through)}${late}.`;
}

function csvAddress({ level, key, currency }: ForecastDetail['forecast']): string {
  return buildUrl(getForecastCsv, { query: { level, key: key ?? undefined, currency } });
}
