import type { ResponseOf } from '../../../src/platform/contract/schema.ts';
import type { getProductionHealth, HealthStatus } from '../../../src/tradeoff/production-health/schema.ts';
import { counted, formatMeasure, formatMilliseconds, formatShare } from '../format/number.ts';
import type { Tone } from './Tile.tsx';

type Health = ResponseOf<typeof getProductionHealth>;

export const HEALTH_WORDS: Readonly<Record<HealthStatus, { readonly tone: Tone; readonly word: string }>> = {
  healthy: { tone: 'good', word: 'Healthy' },
  degraded: { tone: 'watch', word: 'Degraded' },
  unhealthy: { tone: 'bad', word: 'Unhealthy' },
  unknown: { tone: 'none', word: 'Unknown' },
};

/** Endpoints in all. */
export function countEndpoints({ counts: { endpoints } }: Pick<Health, 'counts'>): number {
  return endpoints.healthy + endpoints.degraded + endpoints.unhealthy + endpoints.unknown;
}

/**
 * Whether the running version has the open alerts.
 *
 * @example standingText({ open: 2, onRunning: 0, notProven: 1, cleared: 1 }) // '0 on the running version; 1 not proven'
 */
export function standingText({ open, onRunning, notProven }: Health['counts']['alerts']): string | undefined {
  if (open === 0) return undefined;
  return `${onRunning} on the running version${notProven === 0 ? '' : `; ${notProven} not proven`}`;
}

/** SLOs by standing, as text; undefined without an SLO. */
export function sloText({ met, missed, unknown }: Health['counts']['slos']): string | undefined {
  const all = met + missed + unknown;
  if (all === 0) return undefined;
  return `${met} of ${counted(all, 'SLO')} met${missed === 0 ? '' : `, ${missed} missed`}${unknown === 0 ? '' : `, ${unknown} with too few requests`}.`;
}

/** The place to look at first: the monitor with the gravest alert, else the gravest endpoint. */
export function findGravest({ models, endpoints }: Pick<Health, 'models' | 'endpoints'>) {
  const alerts = models.flatMap((model) => model.alerts);
  const alert =
    alerts.find(({ standing }) => standing === 'open') ?? alerts.find(({ standing }) => standing === 'not_proven');
  if (alert !== undefined) return { monitor: alert.monitor };
  const [endpoint] = endpoints;
  return endpoint === undefined ? undefined : { endpoint: endpoint.endpoint };
}

export interface ServedFact {
  readonly endpoint: string;
  /** Versions that answer: `ranker v7`. */
  readonly served: string;
  /** `p95 5.1 ms, 0 % errors`; null without requests in the last 24 hours. */
  readonly requests: string | null;
}

/** Versions of the first endpoints with latency and errors, in the order of the health. */
export function listServed({ endpoints }: Pick<Health, 'endpoints'>, most: number): ServedFact[] {
  return endpoints.slice(0, most).map(({ endpoint, versions, lastDay, latencyMs }) => {
    const errors = formatShare(String(lastDay.errors), String(lastDay.requests));
    return {
      endpoint,
      served: versions.map(({ model, version }) => `${model} v${version}`).join(', '),
      requests:
        errors === null
          ? null
          : `${latencyMs === null ? '' : `p95 ${formatMilliseconds(latencyMs.p95)}, `}${errors} errors`,
    };
  });
}

/** `0.6707 since v7`: quality of the running version of the model in the trend. */
export function qualityText({ qualityTrend, models }: Pick<Health, 'qualityTrend' | 'models'>): string {
  const quality = models.find(({ model }) => model === qualityTrend?.model)?.quality;
  if (quality == null) return '';
  return `${formatMeasure(quality.value)}${quality.estimated ? ' estimated' : ''} since v${quality.version}`;
}
