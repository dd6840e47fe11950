import { useMemo } from 'react';
import type { EndpointDetail, EndpointRevision } from '../../../src/mlops/serving/schema.ts';
import { useEndpointHealth } from '../health/use-production-health.ts';
import { EndpointOptimizations } from '../optimizations/EndpointOptimizations.tsx';
import { PageTabs } from '../parts/PageTabs.tsx';
import { BillCard } from './BillCard.tsx';
import { CallCard } from './CallCard.tsx';
import { CostCard } from './CostCard.tsx';
import { EndpointNow } from './EndpointNow.tsx';
import styles from './endpoints.module.css';
import type { EndpointSearch, EndpointTab } from './endpoints-search.ts';
import { QualityTab } from './QualityTab.tsx';
import { RevisionsCard } from './RevisionsCard.tsx';
import { RolloutCard } from './RolloutCard.tsx';
import { RoutesCard } from './RoutesCard.tsx';
import { ScalingCard } from './ScalingCard.tsx';
import { TimelineCard } from './TimelineCard.tsx';
import { revisionEvents } from './timeline.ts';
import { VariantsCard } from './VariantsCard.tsx';

interface EndpointTabsProps {
  readonly endpoint: EndpointDetail;
  readonly search: EndpointSearch;
  readonly onSearch: (next: EndpointSearch) => void;
  readonly onTraffic: () => void;
  readonly onRollback: (revision: EndpointRevision) => void;
}

/** The tab of an address that names none: of its range or table. */
function selectTab({ tab, range, view }: EndpointSearch): EndpointTab {
  return tab ?? (range !== undefined || view !== undefined ? 'traffic' : 'now');
}

/** Tabs of an endpoint: status, traffic, versions, cost, quality and calls. */
export function EndpointTabs({ endpoint, search, onSearch, onTraffic, onRollback }: EndpointTabsProps) {
  const { name, revisions } = endpoint;
  const events = useMemo(() => revisionEvents(revisions), [revisions]);
  const tab = selectTab(search);
  const health = useEndpointHealth(name).data;
  // An hour without a request shows the day.
  const range = health != null && health.lastHour.requests === 0 && health.lastDay.requests > 0 ? '1d' : '1h';
  return (
    <PageTabs
      label={`Endpoint ${name}`}
      tabs={[
        { value: 'now', label: 'Now' },
        { value: 'traffic', label: 'Traffic and latency' },
        { value: 'versions', label: 'Versions and routes' },
        { value: 'cost', label: 'Cost' },
        { value: 'quality', label: 'Quality' },
        { value: 'setup', label: 'Set up' },
      ]}
      value={tab}
      onChange={(value) => onSearch({ tab: value === 'now' ? undefined : value, range: undefined, view: undefined })}
    >
      {tab === 'now' && (
        <>
          <div className={styles.now}>
            <EndpointNow endpoint={endpoint} />
            <TimelineCard endpoint={endpoint} events={events} search={{ range }} onSearch={onSearch} isShort />
          </div>
          <RolloutCard endpoint={name} />
          <EndpointOptimizations endpoint={name} />
        </>
      )}
      {tab === 'traffic' && (
        <TimelineCard
          endpoint={endpoint}
          events={events}
          search={search}
          onSearch={(next) => onSearch({ tab: 'traffic', ...next })}
        />
      )}
      {tab === 'versions' && (
        <>
          <VariantsCard endpoint={endpoint} onTraffic={onTraffic} />
          <RoutesCard endpoint={endpoint} />
          <ScalingCard endpoint={name} />
          <RevisionsCard endpoint={endpoint} onRollback={onRollback} />
        </>
      )}
      {tab === 'cost' && (
        <>
          <CostCard endpoint={endpoint} />
          <BillCard endpoint={endpoint} />
        </>
      )}
      {tab === 'quality' && <QualityTab endpoint={name} />}
      {tab === 'setup' && <CallCard endpoint={endpoint} />}
    </PageTabs>
  );
}
