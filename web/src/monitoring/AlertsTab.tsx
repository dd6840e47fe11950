import { alertHandling } from '../../../src/mlops/monitoring/alerts/schema.ts';
import type { MonitorSpec } from '../../../src/mlops/monitors/schema.ts';
import { HandlingCard } from '../parts/HandlingCard.tsx';
import { AlertsCard } from './AlertsCard.tsx';
import { useEpisodes } from './use-monitors.ts';

interface AlertsTabProps {
  readonly monitor: string;
  readonly spec: MonitorSpec;
}

/** Episodes with their evidence and cost, and the handling of those that are open. */
export function AlertsTab({ monitor, spec }: AlertsTabProps) {
  const { data } = useEpisodes(monitor);
  const open = data?.alerts.filter(({ closedAt }) => closedAt === null) ?? [];
  return (
    <>
      <AlertsCard monitor={monitor} spec={spec} />
      {open.map(({ episode, alert }) => (
        <HandlingCard
          key={episode}
          title={`Handling of alert ${alert}`}
          endpoints={alertHandling}
          params={{ episode }}
        />
      ))}
    </>
  );
}
