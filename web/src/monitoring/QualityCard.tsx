import { useMemo } from 'react';
import type { Alert } from '../../../src/mlops/monitoring/alerts/schema.ts';
import type { MonitorSpec, MonitorWindow } from '../../../src/mlops/monitors/schema.ts';
import { TimePanels } from '../charts/TimePanels.tsx';
import { usePng } from '../charts/use-png.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import parts from '../parts/parts.module.css';
import { Select } from '../parts/Select.tsx';
import { metricsOf, monitorPanels } from './monitor-panels.ts';
import { type MonitorSearch, WINDOWS, type WindowName } from './monitoring-search.ts';
import { windowsCsv } from './windows-csv.ts';

const PANEL_HEIGHT = 104;

interface QualityCardProps {
  readonly monitor: string;
  readonly spec: MonitorSpec;
  readonly windows: readonly MonitorWindow[];
  readonly episodes: readonly Alert[];
  readonly by: WindowName;
  readonly metric: string | undefined;
  readonly onSearch: (next: MonitorSearch) => void;
}

/** Quality over time, from labels and as an estimate until they arrive, on one time axis with labels and latency. */
export function QualityCard({ monitor, spec, windows, episodes, by, metric: asked, onSearch }: QualityCardProps) {
  const metrics = useMemo(() => metricsOf(windows), [windows]);
  const metric = asked !== undefined && metrics.includes(asked) ? asked : metrics[0];
  const data = useMemo(() => monitorPanels(windows, by, metric, spec, episodes), [windows, by, metric, spec, episodes]);
  const { onChart, save } = usePng(`${monitor}-quality`);
  return (
    <Card
      title="How good are the answers, have the labels come, and how fast is it?"
      note="Whiskers and the band: 95 % intervals. Triangles: an alert opened. Drag to zoom all."
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
          why={`There is no prediction of ${spec.model} in this time. Those of an endpoint come by themselves; others are sent, with labels whenever they are known.`}
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
