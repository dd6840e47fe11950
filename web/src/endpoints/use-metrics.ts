import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { type EndpointMetrics, getEndpointMetrics, STEPS } from '../../../src/mlops/gateway/metrics/schema.ts';
import { HOUR_MS, MINUTE_MS } from '../../../src/platform/units/durations.ts';
import { endpointQuery } from '../client.ts';
import { toInstants } from '../frame/date-range.ts';
import { useNamedRange } from '../frame/use-scope.ts';
import { useNow } from '../pipelines/use-now.ts';
import type { Range } from './endpoints-search.ts';

/** The time range moves in steps of this length, so that the query key stays the same in between. */
const MOVES_EVERY_MS = 60_000;
const REFRESH_MS = 15_000;

function computeStart(nowMs: number, lengthMs: number, stepMs: number): string {
  return new Date(Math.floor((nowMs - lengthMs) / stepMs) * stepMs).toISOString();
}

/** Traffic, latency, errors, replicas and cost of an endpoint until now, or in the range that the address names. */
export function useMetrics(endpoint: string, range: Range) {
  const nowMs = Math.floor(useNow(true) / MOVES_EVERY_MS) * MOVES_EVERY_MS;
  const named = useNamedRange();
  const live = { since: computeStart(nowMs, range.ms, STEPS[range.step] * 1000), step: range.step };
  return useQuery({
    ...endpointQuery(getEndpointMetrics, {
      params: { endpoint },
      query: named === undefined ? live : toInstants(named),
    }),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
}

/** The same of many by minute of the last hour, by name; those that have not come yet, or are not there, are missing. */
export function useLateMetrics(names: readonly string[]): ReadonlyMap<string, EndpointMetrics> {
  const nowMs = Math.floor(useNow(true) / MOVES_EVERY_MS) * MOVES_EVERY_MS;
  const since = computeStart(nowMs, HOUR_MS, MINUTE_MS);
  const found = useQueries({
    queries: names.map((endpoint) => ({
      ...endpointQuery(getEndpointMetrics, { params: { endpoint }, query: { since, step: '1m' } }),
      placeholderData: keepPreviousData,
      refetchInterval: REFRESH_MS,
    })),
  });
  return new Map(found.flatMap(({ data }) => (data === undefined ? [] : [[data.endpoint, data] as const])));
}
