import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { listAlerts, listMonitorAlerts } from '../../../src/mlops/monitoring/alerts/schema.ts';
import { type Monitor, showMonitor } from '../../../src/mlops/monitors/schema.ts';
import { listDriftWindows, showDriftColumn } from '../../../src/mlops/quality/drift-windows/schema.ts';
import type { CallInput } from '../../../src/platform/contract/schema.ts';
import { HOUR_MS } from '../../../src/platform/units/durations.ts';
import { endpointQuery } from '../client.ts';
import { type DateRange, toInstants } from '../frame/date-range.ts';
import { useNamedRange } from '../frame/use-scope.ts';
import { WINDOWS, type WindowName } from './monitoring-search.ts';
import { monitorsQuery } from './monitors-query.ts';

const REFRESH_MS = 15_000;
const LATE_MS = 14 * 24 * HOUR_MS;
/** Number of drift windows; the last of them may have too few predictions for a result. */
const LAST_DRIFT_WINDOWS = 20;

export function useMonitors() {
  return useQuery({ ...monitorsQuery, refetchInterval: REFRESH_MS });
}

/**
 * Start of the window, in UTC, that contains the time `ms` before now. From there on, windows are complete and stored
 * on the server.
 */
function since(ms: number, by: WindowName): string {
  const at = new Date(Date.now() - ms);
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  if (by === 'hour') return new Date(Math.floor(at.getTime() / HOUR_MS) * HOUR_MS).toISOString();
  // Weeks begin on Monday.
  const weekday = by === 'week' ? (at.getUTCDay() + 6) % 7 : 0;
  return new Date(Date.UTC(year, month, by === 'month' ? 1 : day - weekday)).toISOString();
}

/** The range that the address names, as the endpoint takes it. */
function toPeriod(range: DateRange) {
  const { since: start, until: end } = toInstants(range);
  return { start, end };
}

/** Results of a monitor's predictions by window, until now or in the range that the address names. */
export function useMonitor(monitor: string, by: WindowName) {
  const { ms } = WINDOWS.find(({ value }) => value === by) ?? WINDOWS[1];
  const named = useNamedRange();
  const query = { by, ...(named === undefined ? { start: since(ms, by) } : toPeriod(named)) };
  return useQuery({
    ...endpointQuery(showMonitor, { params: { monitor }, query }),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
}

/**
 * The same for each value of an input, limited to the `mostValues` values with the most predictions, over all of the
 * time.
 */
export function useSlices(monitor: string, by: WindowName, slice: string | undefined, mostValues: number) {
  const { ms } = WINDOWS.find(({ value }) => value === by) ?? WINDOWS[1];
  const query = { by: 'all' as const, start: since(ms, by), ...(slice === undefined ? {} : { slice, mostValues }) };
  return useQuery({
    ...endpointQuery(showMonitor, { params: { monitor }, query }),
    enabled: slice !== undefined,
    placeholderData: keepPreviousData,
  });
}

/** The last windows of a monitor with drift checks. */
export function useDrift(monitor: string, isWatched: boolean, limit: number) {
  return useQuery({
    ...endpointQuery(listDriftWindows, { params: { monitor }, query: { limit } }),
    enabled: isWatched,
    refetchInterval: REFRESH_MS,
  });
}

/** One column in one window, compared with its reference. */
export function useDriftColumn(monitor: string, column: string, window: string | undefined) {
  const query: CallInput<typeof showDriftColumn>['query'] = window === undefined ? {} : { window };
  return useQuery({
    ...endpointQuery(showDriftColumn, { params: { monitor, column }, query }),
    placeholderData: keepPreviousData,
  });
}

/** Episodes of a monitor, those that are open first. */
export function useEpisodes(monitor: string) {
  return useQuery({
    ...endpointQuery(listAlerts, { query: { monitor, pageSize: 50 } }),
    refetchInterval: REFRESH_MS,
  });
}

/** Episodes that are open, of all monitors. */
export function useOpenEpisodes() {
  return useQuery({
    ...endpointQuery(listAlerts, { query: { open: 'true' as const, pageSize: 200 } }),
    refetchInterval: REFRESH_MS,
  });
}

/** State of each alert of a monitor. */
export function useStandings(monitor: string) {
  return useQuery({
    ...endpointQuery(listMonitorAlerts, { params: { monitor } }),
    refetchInterval: REFRESH_MS,
  });
}

/**
 * The last two weeks of each monitor by day, and the last windows of its drift, by name; monitors that are not loaded
 * yet are missing.
 */
export function useLateMonitors(monitors: readonly Monitor[]) {
  const query = { by: 'day' as const, start: since(LATE_MS, 'day') };
  const queries = useQueries({
    queries: monitors.map(({ monitor }) => ({
      ...endpointQuery(showMonitor, { params: { monitor }, query }),
      refetchInterval: REFRESH_MS,
    })),
  });
  const drift = useQueries({
    queries: monitors.map(({ monitor, spec }) => ({
      ...endpointQuery(listDriftWindows, { params: { monitor }, query: { limit: LAST_DRIFT_WINDOWS } }),
      enabled: spec.drift !== undefined,
      refetchInterval: REFRESH_MS,
    })),
  });
  return {
    windows: new Map(
      queries.flatMap(({ data }) => (data === undefined ? [] : [[data.monitor, data.windows] as const])),
    ),
    drift: new Map(drift.flatMap(({ data }) => (data === undefined ? [] : [[data.monitor, data.windows] as const]))),
  };
}
