import { useMemo } from 'react';
import type { Alert } from '../../../src/mlops/monitoring/alerts/schema.ts';
import type { MonitorSpec, MonitorWindow } from '../../../src/mlops/monitors/schema.ts';
import { TimePanels } from '../charts/TimePanels.tsx';
import { usePng } from '../charts/use-png.ts';
import { toCsv } from '../format/csv.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import parts from '../parts/parts.module.css';
import { Select } from '../parts/Select.tsx';
import { listMonitorMetrics, monitorPanels, type VersionStart } from './monitor-panels.ts';
import { type MonitorSearch, WINDOWS, type WindowName } from './monitoring-search.ts';

const PANEL_HEIGHT = 104;

interface QualityCardProps {
  readonly monitor: string;
  readonly spec: MonitorSpec;
  readonly windows: readonly MonitorWindow[];
  readonly episodes: readonly Alert[];
  readonly versions: readonly VersionStart[];
  readonly by: WindowName;
  readonly metric: string | undefined;
  readonly onSearch: (next: MonitorSearch) => void;
}

/** Quality over time, from labels and as an estimate until they arrive, on one time axis with labels and latency. */
export function QualityCard(props: QualityCardProps) {
  const { monitor, spec, windows, episodes, versions, by, metric: asked, onSearch } = props;
  const metrics = useMemo(() => listMonitorMetrics(windows), [windows]);
  const metric = asked !== undefined && metrics.includes(asked) ? asked : metrics[0];
  const data = useMemo(
    () => monitorPanels(windows, by, metric, spec, episodes, versions),
    [windows, by, metric, spec, episodes, versions],
  );
  const { onChart, save } = usePng(`${monitor}-quality`);
  return (
    <Card
      title="Quality, labels and latency"
      note="Whiskers and the band: 95 % intervals. Triangles: versions and alerts. Drag to zoom all."
      actions={
        <>
          {metrics.length > 1 && (
            <Select
              label="Measure"
              hideLabel
              value={metric ?? ''}
              options={metrics.map((value) => ({ value, label: value }))}
              onChange={(value) => onSearch({ metric: value })}
            />
          )}
          <Select
            label="Windows"
            hideLabel
            value={by}
            options={WINDOWS}
            onChange={(value) => onSearch({ by: value === 'day' ? undefined : (value as WindowName) })}
          />
          <CsvButton name={`${monitor}-windows`} what="the windows" text={() => windowsCsv(windows)} />
          <button type="button" className={parts.button} onClick={save}>
            PNG<span className="visually-hidden"> of the charts</span>
          </button>
        </>
      }
    >
      {windows.length === 0 ? (
        <EmptyState
          shows="Quality with its interval, how many predictions have labels, and latency, window by window."
          why={`No prediction of ${spec.model} in this time. Predictions of an endpoint arrive automatically; send others, with labels when they are known.`}
          command={`steelyard label import outcomes.csv --model ${spec.model} --prediction ID --label OUTCOME`}
        />
      ) : (
        <TimePanels
          data={data}
          panelHeight={PANEL_HEIGHT}
          onChart={onChart}
          label={`${data.panels.map(({ title }) => title).join('; ')}, by ${by}: ${windows.length} windows. The CSV has every figure.`}
        />
      )}
    </Card>
  );
}

/** Exact results of the predictions by window; an empty cell is unknown. */
function windowsCsv(windows: readonly MonitorWindow[]): string {
  const metrics = listMonitorMetrics(windows);
  const sides = ['measured', 'estimated'] as const;
  const names = metrics.flatMap((metric) =>
    sides.flatMap((side) => [`${metric} ${side}`, `${metric} ${side} lower`, `${metric} ${side} upper`]),
  );
  const text = (value: number | null | undefined) => (value == null ? null : String(value));
  return toCsv(
    ['start', 'end', 'slice', 'predictions', 'labelled', 'p50Ms', 'p95Ms', 'p99Ms', ...names],
    windows.map(({ period, slice, predictions, labelled, latencyMs, quality, estimates }) => [
      ...[period?.start ?? null, period?.end ?? null, slice, String(predictions), String(labelled)],
      ...[text(latencyMs?.p50), text(latencyMs?.p95), text(latencyMs?.p99)],
      ...metrics.flatMap((metric) =>
        [quality, estimates].flatMap((figures) => {
          const found = figures.find((one) => one.metric === metric);
          return [text(found?.value), text(found?.lower), text(found?.upper)];
        }),
      ),
    ]),
  );
}
