import type { EndpointMetric, EndpointMetrics } from '../../../src/mlops/gateway/metrics/schema.ts';

export interface LateFigures {
  readonly requests: number;
  /**
   * Share of the requests that failed through no fault of the client, or found the queue full; null without a request.
   */
  readonly failedShare: number | null;
  /** The slowest version's 95th percentile in the latest step that has one, in milliseconds; null: nothing was answered. */
  readonly p95Ms: number | null;
}

/**
 * Recent figures of an endpoint over all of its versions. Percentiles of several steps cannot be combined, so the
 * latest step counts.
 */
export function lateFigures({ points }: Pick<EndpointMetrics, 'points'>): LateFigures {
  const requests = sum(points, ({ requests: count }) => count);
  const failed = sum(points, countFailed);
  const timed = points.filter(({ latencyMs }) => latencyMs !== null);
  const latest = timed.at(-1)?.at;
  const slow = timed.flatMap(({ at, latencyMs }) => (at === latest && latencyMs !== null ? [latencyMs.p95] : []));
  return {
    requests,
    failedShare: requests === 0 ? null : failed / requests,
    p95Ms: slow.length === 0 ? null : Math.max(...slow),
  };
}

/** Requests without a successful answer through no fault of the client: errors and throttled ones. */
export function countFailed({ errors, throttled }: EndpointMetric): number {
  return errors + throttled;
}

export function sum<T>(list: readonly T[], of: (one: T) => number): number {
  return list.reduce((total, one) => total + of(one), 0);
}
