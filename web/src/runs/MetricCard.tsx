import { useMemo } from 'react';
import type { MetricHistory } from '../../../src/mlops/run-views/views/schema.ts';
import { MetricCurves } from '../charts/MetricCurves.tsx';
import type { CurveSeries } from '../charts/metric-curves-option.ts';
import { usePng } from '../charts/use-png.ts';
import { toCsv } from '../format/csv.ts';
import { formatMetricName } from '../format/metric-name.ts';
import { counted } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import parts from '../parts/parts.module.css';
import { CurveFigures } from './CurveFigures.tsx';
import { buildCurves, type NamedRun } from './curves.ts';
import { formatDuration } from './duration.ts';
import styles from './runs.module.css';
import type { CurvesSearch } from './runs-search.ts';

interface MetricCardProps {
  readonly metric: string;
  readonly histories: readonly MetricHistory[];
  readonly runs: readonly NamedRun[];
  readonly view: CurvesSearch;
  readonly onView: (change: Partial<CurvesSearch>) => void;
}

const HEIGHT = 240;

/** One metric over step or time, of one run or of many. */
export function MetricCard({ metric, histories, runs, view, onView }: MetricCardProps) {
  const png = usePng(metric);
  const series = useMemo(() => buildCurves(histories, runs, view), [histories, runs, view]);
  const data = {
    series,
    axis: view.axis ?? ('step' as const),
    log: view.scale === 'log',
    smooth: view.smooth ?? 0,
    from: view.start,
    to: view.end,
    formatElapsed: formatDuration,
    labels: runs.length > 1,
  };
  const asFigures = view.figures?.includes(metric) === true;
  const others = (view.figures ?? []).filter((one) => one !== metric);
  const toggle = () => onView({ figures: asFigures ? others : [...others, metric] });
  return (
    <Card
      title={<code data-tip={metric}>{formatMetricName(metric)}</code>}
      note={describeMetric(series, data)}
      className={styles.chartCard}
      flush={asFigures}
      actions={
        <>
          <button type="button" className={parts.button} aria-pressed={asFigures} onClick={toggle}>
            {asFigures ? 'Chart' : 'Table'}
            <span className="visually-hidden"> of {metric}</span>
          </button>
          <CsvButton name={metric} what={metric} text={() => curvesCsv(series)} />
          {!asFigures && (
            <button type="button" className={parts.button} onClick={png.save}>
              PNG<span className="visually-hidden"> of {metric}</span>
            </button>
          )}
        </>
      }
    >
      {asFigures ? (
        <CurveFigures series={series} metric={metric} />
      ) : (
        <MetricCurves
          data={data}
          height={HEIGHT}
          onChart={png.onChart}
          onZoom={(range) => onView(range === null ? { start: undefined, end: undefined } : rounded(range, view.axis))}
          label={`${formatMetricName(metric)} of ${counted(series.length, 'run')} over ${axisWords(view.axis)}. The table has the figures.`}
        />
      )}
    </Card>
  );
}

function axisWords(axis: CurvesSearch['axis']): string {
  return axis === undefined ? 'steps' : axis === 'time' ? 'time' : 'the time since the start of each run';
}

/** Rounds a range outwards, because steps and milliseconds are whole numbers. */
function rounded({ from, to }: { readonly from: number; readonly to: number }, axis: CurvesSearch['axis']) {
  return axis === undefined && to - from < 2
    ? { start: from, end: to }
    : { start: Math.floor(from), end: Math.ceil(to) };
}

function describeMetric(
  series: readonly CurveSeries[],
  { smooth, log }: { readonly smooth: number; readonly log: boolean },
) {
  const gaps = series.some(({ points }) => points.some(({ value }) => value === null));
  const notes = [
    smooth > 0 ? `Moving average, weight ${smooth}; thin: as logged` : '',
    gaps ? (log ? 'values of 0 or less are left out' : 'gaps are values that are not a number') : '',
    series.some(({ thinned }) => thinned) ? 'downsampled, minimum and maximum kept' : '',
  ].filter((note) => note !== '');
  if (notes.length === 0) return undefined;
  const text = `${notes.join('; ')}.`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function curvesCsv(series: readonly CurveSeries[]): string {
  const rows = series.flatMap(({ id, name, points }) =>
    points.map(({ step, timeMs, value }) => [
      id,
      name,
      String(step),
      new Date(timeMs).toISOString(),
      value === null ? null : String(value),
    ]),
  );
  return toCsv(['run_id', 'run', 'step', 'time', 'value'], rows);
}
