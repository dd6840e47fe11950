import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { findShownMonth, listMonths, monthsQuery, newestMonthQuery } from './first-questions.ts';

export interface BillMonths {
  /** Months with a bill, oldest first. */
  readonly months: readonly string[];
  /** Month of pages whose address names none; undefined without a bill and until it is known. */
  readonly shown: string | undefined;
  readonly isPending: boolean;
  /** No bill has been imported at all. */
  readonly isEmpty: boolean;
}

/** Months with a bill, and the one that is shown by default. */
export function useBillMonths({ enabled = true } = {}): BillMonths {
  const byMonth = useQuery({ ...monthsQuery, enabled });
  const months = useMemo(() => listMonths(byMonth.data), [byMonth.data]);
  const hasChoice = months.length > 1;
  const newest = useQuery({ ...newestMonthQuery, enabled: enabled && hasChoice });
  const isPending = byMonth.isPending || (hasChoice && newest.isPending);
  return {
    months,
    shown: isPending ? undefined : findShownMonth(months, newest.data),
    isPending,
    isEmpty: byMonth.data !== undefined && months.length === 0,
  };
}
