import { useQuery } from '@tanstack/react-query';
import { listAlerts } from '../../../src/mlops/monitoring/alerts/schema.ts';
import { listEndpoints } from '../../../src/mlops/serving/schema.ts';
import { endpointQuery } from '../client.ts';
import { counted } from '../format/number.ts';
import type { HealthFacts } from './health-facts.ts';

/** Health of the endpoints and the open alerts of the monitors. */
export function useHealth(ask: boolean, _team: string | undefined) {
  const endpoints = useQuery({ ...endpointQuery(listEndpoints), enabled: ask });
  const alerts = useQuery({ ...endpointQuery(listAlerts, { query: { open: 'true' } }), enabled: ask });
  const refetch = () => Promise.all([endpoints.refetch(), alerts.refetch()]);
  const data =
    endpoints.data === undefined || alerts.data === undefined
      ? undefined
      : summarizeHealth(
          endpoints.data.endpoints.map(({ state }) => state === 'live'),
          alerts.data.alerts,
        );
  return { data, error: endpoints.error ?? alerts.error, refetch, followsTeam: false };
}

function summarizeHealth(
  live: readonly boolean[],
  alerts: readonly { readonly monitor: string; readonly alert: string }[],
) {
  const healthy = live.filter(Boolean).length;
  const [gravest] = alerts;
  const status =
    live.length === 0
      ? 'unknown'
      : healthy < live.length
        ? 'unhealthy'
        : gravest === undefined
          ? 'healthy'
          : 'degraded';
  const facts: HealthFacts = {
    status,
    headline:
      live.length === 0
        ? 'No endpoint yet.'
        : `${healthy} of ${counted(live.length, 'endpoint')} live. ${gravest === undefined ? 'No alert is open.' : `Alert ${gravest.alert} of monitor ${gravest.monitor} is open.`}`,
    endpoints: live.length,
    healthy,
    alerts: alerts.length,
    onRunning: null,
    gravest,
  };
  return facts;
}
