import type { ResponseOf } from '../../platform/contract/schema.ts';
import { combineStatuses } from './judge-status.ts';
import type {
  EndpointHealth,
  getProductionHealth,
  HealthStatus,
  ModelHealth,
  ProductionAlert,
  StatusCounts,
} from './schema.ts';

type Summary = Pick<ResponseOf<typeof getProductionHealth>, 'status' | 'headline' | 'counts'>;

/** Status, headline and counts of all endpoints and models. */
export function summarizeHealth(endpoints: readonly EndpointHealth[], models: readonly ModelHealth[]): Summary {
  const status = combineStatuses([...endpoints, ...models].map((one) => one.status));
  const slos = endpoints.flatMap((one) => one.slos);
  const open = models.flatMap((one) => one.alerts);
  const alerts = open.filter(isAudible);
  const counts = {
    endpoints: countStatuses(endpoints),
    models: countStatuses(models),
    slos: {
      met: slos.filter(({ met }) => met === true).length,
      missed: slos.filter(({ met }) => met === false).length,
      unknown: slos.filter(({ met }) => met === null).length,
    },
    alerts: {
      open: open.length,
      muted: open.length - alerts.length,
      onRunning: alerts.filter(({ standing }) => standing === 'open').length,
      notProven: alerts.filter(({ standing }) => standing === 'not_proven').length,
      cleared: alerts.filter(({ standing }) => standing === 'cleared').length,
    },
  };
  return { status, counts, headline: writeHeadline(status, { endpoints, models, counts }) };
}

function writeHeadline(
  status: HealthStatus,
  {
    endpoints,
    models,
    counts,
  }: {
    readonly endpoints: readonly EndpointHealth[];
    readonly models: readonly ModelHealth[];
    readonly counts: Summary['counts'];
  },
): string {
  if (endpoints.length + models.length === 0) return 'No endpoint and no monitored model yet.';
  if (status === 'unknown') return 'Health of production is unknown: no requests and no measurements yet.';
  if (status !== 'healthy') {
    return `Production is ${status}. ${findMainReason(status, endpoints, models)}`;
  }
  const { open, cleared, muted } = counts.alerts;
  const answering = formatNumber(endpoints.length, 'endpoint answers', 'endpoints answer');
  const slos = counts.slos.met === 0 ? '' : `, ${formatNumber(counts.slos.met, 'SLO is met', 'SLOs are met')}`;
  const parts = [
    ...(open === 0 ? ['no open alerts'] : []),
    ...(cleared === 0
      ? []
      : [`the running versions have none of the ${formatNumber(cleared, 'open alert', 'open alerts')}`]),
    ...(muted === 0 ? [] : [formatNumber(muted, 'open alert is muted', 'open alerts are muted')]),
  ];
  return `Production is healthy: ${answering}${slos}, ${parts.join(', ')}.`;
}

/** The first alert that is not of earlier versions only, else the first reason of the first endpoint or model with the status. */
function findMainReason(
  status: HealthStatus,
  endpoints: readonly EndpointHealth[],
  models: readonly ModelHealth[],
): string {
  const alerts = models
    .filter((one) => one.status === status)
    .flatMap((one) => one.alerts)
    .filter(isAudible);
  const alert = ['open', 'not_proven'].flatMap((standing) => alerts.filter((one) => one.standing === standing))[0];
  if (alert !== undefined) return alert.sentence;
  const [endpoint] = endpoints.filter((one) => one.status === status);
  if (endpoint !== undefined) return `Endpoint ${endpoint.endpoint}: ${endpoint.reasons[0] ?? ''}`;
  const [model] = models.filter((one) => one.status === status);
  return `Model ${model?.model ?? ''}: ${model?.reasons[0] ?? ''}`;
}

function isAudible({ mutedUntil }: Pick<ProductionAlert, 'mutedUntil'>): boolean {
  return mutedUntil === null;
}

function countStatuses(of: readonly { readonly status: HealthStatus }[]): StatusCounts {
  const count = (status: HealthStatus) => of.filter((one) => one.status === status).length;
  return {
    healthy: count('healthy'),
    degraded: count('degraded'),
    unhealthy: count('unhealthy'),
    unknown: count('unknown'),
  };
}

function formatNumber(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
