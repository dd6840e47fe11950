import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import {
  type Anomaly,
  type AnomalyVerdict,
  getAnomaly,
  giveAnomalyFeedback,
  listAnomalies,
  undoAnomalyFeedback,
} from '../../../src/finops/anomalies/schema.ts';
import { costSummary } from '../../../src/finops/costs/schema.ts';
import { call, endpointQuery } from '../client.ts';
import type { Scope } from '../frame/use-scope.ts';
import { type AnomaliesSearch, type AnomalyScope, anomaliesQuery } from './anomalies-search.ts';
import { findReadDays, findShownRange } from './anomaly-range.ts';

const REFRESH_MS = 15_000;

/** Anomalies of a range and team; not read while `ready` is false. */
export function useAnomalies(scope: AnomalyScope, search: AnomaliesSearch, ready: boolean) {
  return useQuery({
    ...endpointQuery(listAnomalies, { query: anomaliesQuery(scope, search) }),
    enabled: ready,
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
}

/**
 * Cost of each day, and the range of the page: the range in view, or the last thirty days where that is a month that has
 * just begun.
 */
export function useDailyCost({ range, team, ready }: Scope) {
  const read = range === undefined ? undefined : findReadDays(range);
  const query = {
    by: ['day'],
    metric: 'effectiveCost' as const,
    ...read,
    ...(team === undefined ? {} : { filter: [`team=${team}`] }),
  };
  const daily = useQuery({
    ...endpointQuery(costSummary, { query }),
    enabled: ready,
    placeholderData: keepPreviousData,
  });
  const shown = useMemo(() => {
    const days = (daily.data?.rows ?? []).flatMap(({ day }) => (day == null ? [] : [day]));
    return range === undefined ? undefined : findShownRange(range, days);
  }, [range, daily.data]);
  return { daily, shown };
}

export function useAnomaly(anomaly: string) {
  return useQuery({ ...endpointQuery(getAnomaly, { params: { anomaly } }), refetchInterval: REFRESH_MS });
}

export interface Said {
  readonly verdict: AnomalyVerdict;
  readonly until?: string;
  readonly note?: string;
}

/** Sends feedback on an anomaly; the last feedback can be undone. */
export function useFeedback(anomaly: string) {
  const queries = useQueryClient();
  const [saved, setSaved] = useState<Anomaly | null>(null);
  const settle = () => void queries.invalidateQueries();
  const say = useMutation({
    mutationFn: (body: Said) => call(giveAnomalyFeedback, { params: { anomaly }, body }),
    onSuccess: setSaved,
    onSettled: settle,
  });
  const undo = useMutation({
    mutationFn: () => call(undoAnomalyFeedback, { params: { anomaly } }),
    onSuccess: () => setSaved(null),
    onSettled: settle,
  });
  return { say, undo, saved, dismiss: () => setSaved(null) };
}

export type Feedback = ReturnType<typeof useFeedback>;
