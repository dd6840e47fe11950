import type { Alert } from '../../../src/mlops/monitoring/alerts/schema.ts';
import type { showMonitor } from '../../../src/mlops/monitors/schema.ts';
import type { ResponseOf } from '../../../src/platform/contract/schema.ts';
import { counted } from '../format/number.ts';
import { formatInstant } from '../format/time.ts';
import { useModelHealth } from '../health/use-production-health.ts';
import { Notice } from '../parts/Notice.tsx';
import type { MonitorSearch, WindowName } from './monitoring-search.ts';
import { QualityCard } from './QualityCard.tsx';
import { useVersionStarts } from './use-version-starts.ts';

interface QualityTabProps {
  readonly data: ResponseOf<typeof showMonitor>;
  readonly by: WindowName;
  readonly episodes: readonly Alert[];
  readonly metric: string | undefined;
  readonly onSearch: (next: MonitorSearch) => void;
}

const NONE: readonly string[] = [];

/** All figures of the predictions by window. */
export function QualityTab({ data, by, episodes, metric, onSearch }: QualityTabProps) {
  const { monitor, spec, windows, estimation, isStale, knownAt, scoring, unmatchedLabels } = data;
  const health = useModelHealth(spec.model);
  const versions = useVersionStarts(spec.model, health.data?.running.flatMap((one) => one.endpoints) ?? NONE);
  return (
    <>
      <QualityCard {...{ monitor, spec, windows, episodes, versions, by, metric, onSearch }} />
      {estimation?.reason != null && <Notice>Quality is not estimated: {estimation.reason}</Notice>}
      {isStale && scoring === null && (
        <Notice>As of {formatInstant(knownAt)}; later arrivals are not counted yet.</Notice>
      )}
      {unmatchedLabels > 0 && (
        <Notice>
          {counted(unmatchedLabels, 'label')} {unmatchedLabels === 1 ? 'is' : 'are'} of unknown predictions, and in no
          figure.
        </Notice>
      )}
    </>
  );
}
