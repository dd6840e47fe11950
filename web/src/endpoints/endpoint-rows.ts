import type { EndpointMetrics } from '../../../src/mlops/gateway/metrics/schema.ts';
import type { EndpointDetail, EndpointSummary } from '../../../src/mlops/serving/schema.ts';
import { decimal, decimalString, type Money } from '../../../src/platform/units/schema.ts';
import type { EndpointHealth } from '../../../src/tradeoff/production-health/schema.ts';
import { counted, formatCount } from '../format/number.ts';
import { listed } from '../pipelines/words.ts';
import { compareAmounts, compareNumbers, compareTexts } from '../table/comparators.ts';
import type { Comparators } from '../table/use-sorted.ts';
import { computeFigures, type EndpointFigures } from './endpoint-figures.ts';
import { sum } from './sum.ts';
import { versionsText } from './words.ts';

/** An endpoint with the figures of its row; undefined where they are not loaded yet. */
export interface EndpointRow {
  readonly endpoint: EndpointSummary;
  readonly health: EndpointHealth | undefined;
  readonly detail: EndpointDetail | undefined;
  readonly figures: EndpointFigures | undefined;
  /** Requests by minute of the last hour, oldest first. */
  readonly minutes: readonly number[] | undefined;
}

const MINUTES = 60;
const MINUTE_MS = 60_000;

export function toEndpointRow(
  endpoint: EndpointSummary,
  health: EndpointHealth | undefined,
  detail: EndpointDetail | undefined,
  metrics: EndpointMetrics | undefined,
): EndpointRow {
  return {
    ...{ endpoint, health, detail },
    figures: detail === undefined ? undefined : computeFigures(detail.variants),
    minutes: metrics === undefined ? undefined : countMinutes(metrics),
  };
}

/** Requests of all versions by minute, with zero where nothing was counted. */
function countMinutes({ since, points }: EndpointMetrics): number[] {
  const start = Date.parse(since);
  return Array.from({ length: MINUTES }, (_, minute) =>
    sum(
      points.filter(({ at }) => Math.floor((Date.parse(at) - start) / MINUTE_MS) === minute),
      ({ requests }) => requests,
    ),
  );
}

/** Cost of 1,000 as the cost of 1 M. */
export function toPerMillion({ amount, currency }: Money): Money {
  return { amount: decimalString(decimal(amount).times(1000)), currency };
}

const STATUS = { unhealthy: 0, degraded: 1, unknown: 2, healthy: 3 } as const;

export const COMPARE_ENDPOINTS: Comparators<EndpointRow> = {
  endpoint: (a, b) => a.endpoint.name.localeCompare(b.endpoint.name),
  status: (a, b) => STATUS[a.health?.status ?? 'unknown'] - STATUS[b.health?.status ?? 'unknown'],
  versions: compareTexts(({ endpoint: { live, newest } }) => versionsText(live ?? newest)),
  requests: compareNumbers((a) => a.health?.lastHour.requests),
  p50: compareNumbers((a) => a.health?.latencyMs?.p50),
  p95: compareNumbers((a) => a.health?.latencyMs?.p95),
  errors: compareNumbers((a) => a.health?.lastDay.errorRatio),
  cost: compareAmounts((a) => a.figures?.per1000?.amount),
  owner: compareTexts((a) => a.health?.team),
};

/** `2 endpoints: 1 healthy, 1 unhealthy. broken: The newest revision failed: exit code 1.` */
export function describeEndpoints(endpoints: readonly EndpointHealth[]): string {
  if (endpoints.length === 0) return 'No endpoint yet.';
  const count = (status: EndpointHealth['status']) => endpoints.filter((one) => one.status === status).length;
  const parts = (['healthy', 'degraded', 'unhealthy', 'unknown'] as const).flatMap((status) =>
    count(status) === 0 ? [] : [`${formatCount(count(status))} ${status}`],
  );
  const [first] = endpoints;
  const isWrong = first !== undefined && first.status !== 'healthy';
  const reason = isWrong ? ` ${first.endpoint}: ${first.reasons[0] ?? ''}` : '';
  if (endpoints.length === 1) return `1 endpoint, ${first?.status}.${reason}`;
  return `${counted(endpoints.length, 'endpoint')}: ${listed(parts)}.${reason}`;
}
