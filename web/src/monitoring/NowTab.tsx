import { useMemo } from 'react';
import type { Alert } from '../../../src/mlops/monitoring/alerts/schema.ts';
import type { showMonitor } from '../../../src/mlops/monitors/schema.ts';
import type { ResponseOf } from '../../../src/platform/contract/schema.ts';
import { TimePanels } from '../charts/TimePanels.tsx';
import { rangeText } from '../frame/date-range.ts';
import { useNamedRange } from '../frame/use-scope.ts';
import { useModelHealth } from '../health/use-production-health.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { AlertsNowCard } from './AlertsNowCard.tsx';
import { addRunning, listMonitorMetrics, monitorPanels } from './monitor-panels.ts';
import { WINDOWS, type WindowName } from './monitoring-search.ts';
import { useVersionStarts } from './use-version-starts.ts';
import { Watched } from './Watched.tsx';

const PANEL_HEIGHT = 92;
const ALERTS_HEIGHT = 196;
const NONE: readonly string[] = [];

interface NowTabProps {
  readonly data: ResponseOf<typeof showMonitor>;
  readonly by: WindowName;
  readonly episodes: readonly Alert[];
}

/** Alerts judged on the running version, and the course of quality with version changes. */
export function NowTab({ data: { monitor, spec, windows }, by, episodes }: NowTabProps) {
  const health = useModelHealth(spec.model);
  const endpoints = health.data?.running.flatMap((one) => one.endpoints) ?? NONE;
  const versions = useVersionStarts(spec.model, endpoints);
  const named = useNamedRange();
  const metric = health.data?.quality?.metric ?? listMonitorMetrics(windows)[0];
  const data = useMemo(() => {
    const inTime = monitorPanels(windows, by, metric, spec, episodes, versions);
    const all = named === undefined ? addRunning(inTime, health.data?.quality ?? null) : inTime;
    return { ...all, panels: all.panels.filter(({ id }) => id === 'quality' || id === 'predictions') };
  }, [windows, by, metric, spec, episodes, versions, health.data, named]);
  return (
    <>
      <Loaded query={health} what="The health" height={ALERTS_HEIGHT}>
        {(model) => <AlertsNowCard monitor={monitor} spec={spec} model={model} />}
      </Loaded>
      <Card
        title={metric === undefined ? 'Predictions' : `${metric} and predictions`}
        note={`${named === undefined ? WINDOWS.find(({ value }) => value === by)?.label : rangeText(named)}. Whiskers: 95 % intervals. Triangles: versions and alerts.`}
      >
        {windows.length === 0 ? (
          <EmptyState
            shows="Quality with its interval, and predictions, window by window."
            why={`No prediction of ${spec.model} in this time. Predictions of an endpoint arrive automatically.`}
          />
        ) : (
          <TimePanels
            data={data}
            panelHeight={PANEL_HEIGHT}
            label={`${data.panels.map(({ title }) => title).join('; ')}, by ${by}: ${windows.length} windows. The tab Quality has every figure.`}
          />
        )}
      </Card>
      <Watched monitor={monitor} model={spec.model} />
    </>
  );
}
