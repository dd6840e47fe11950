import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo } from 'react';
import { monthsQuery } from './first-questions.ts';

export interface Scope {
  /** Month in view; undefined for all months, and before it is known. */
  readonly month: string | undefined;
  readonly team: string | undefined;
  /** Months with bill rows, oldest first. */
  readonly months: readonly string[];
  /** False until the month is known, so that no query uses the wrong one. */
  readonly ready: boolean;
  /** No bill has been imported at all. */
  readonly empty: boolean;
}

/** The period and team that the address names; without a period, the newest month that has a bill. */
export function useScope(): Scope {
  const search = useSearch({ from: '__root__' });
  const byMonth = useQuery(monthsQuery);
  const months = useMemo(
    () => [...new Set((byMonth.data?.rows ?? []).map((row) => row.month ?? ''))].sort(),
    [byMonth.data],
  );
  const period = search.period ?? months.at(-1);
  return {
    month: period === 'all' ? undefined : period,
    team: search.team,
    months,
    ready: search.period !== undefined || !byMonth.isPending,
    empty: byMonth.data !== undefined && months.length === 0,
  };
}

/** Writes the newest month into an address that names none, so that the link shows a colleague the same page later. */
export function usePinnedPeriod(): void {
  const { period } = useSearch({ from: '__root__' });
  const { months } = useScope();
  const navigate = useNavigate();
  const newest = months.at(-1);
  useEffect(() => {
    if (period !== undefined || newest === undefined) return;
    void navigate({ to: '.', search: (before) => ({ ...before, period: newest }), replace: true });
  }, [period, newest, navigate]);
}
