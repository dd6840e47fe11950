import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
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
import { type AnomaliesSearch, anomaliesQuery } from './anomalies-search.ts';

const REFRESH_MS = 15_000;

/** Anomalies of the month and team of the page. */
export function useAnomalies(scope: Scope, search: AnomaliesSearch) {
  const { ready } = scope;
  const query = anomaliesQuery(scope, search);
  return useQuery({
    ...endpointQuery(listAnomalies, { query }),
    enabled: ready,
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
}

/** Cost of each day of the month. */
export function useDailyCost({ month, team, ready }: Scope) {
  const query = {
    by: ['day'],
    metric: 'effectiveCost' as const,
    ...(month === undefined ? {} : { from: `${month}-01`, to: findMonthEnd(month) }),
    ...(team === undefined ? {} : { filter: [`team=${team}`] }),
  };
  return useQuery({ ...endpointQuery(costSummary, { query }), enabled: ready, placeholderData: keepPreviousData });
}

export function findMonthEnd(month: string): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 'YYYY-MM-DD'.length);
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
