import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { getCoverage } from '../../../src/finops/allocation/schema.ts';
import { DEFAULT_METRIC } from '../../../src/finops/billing/schema.ts';
import { explainCosts } from '../../../src/finops/costs/explain/schema.ts';
import { endpointQuery } from '../client.ts';
import { isByDay, rangeParameter, readRange } from '../frame/date-range.ts';
import { compareAllocation, findLastDay, sumCoverage } from './compared-shares.ts';
import type { Allocation } from './use-allocation.ts';

/** Teams that are listed. */
const LIMIT = 100;

/**
 * The allocation of the range in view and of the range that it is compared with. Without a chosen comparison, and
 * where no day in view has a charge, `compared` is undefined and nothing is asked.
 */
export function useComparedAllocation({ scope, currency }: Allocation) {
  const { compare, beforeFrom, beforeTo } = useSearch({ from: '__root__' });
  const { range } = scope;
  const isWanted = compare !== undefined && range !== undefined && !scope.empty;
  const byDay = useQuery({
    ...endpointQuery(getCoverage, { query: { ...range, interval: 'day' } }),
    enabled: isWanted && scope.ready,
  });
  const through = byDay.data === undefined ? null : findLastDay(byDay.data.rows);
  const custom = readRange(beforeFrom, beforeTo);
  const compared = isWanted && through !== null ? compareAllocation({ range, compare, custom, through }) : undefined;
  const isRunning = range !== undefined && compared !== undefined && isByDay(compared.after) && !isByDay(range);
  const enabled = compared !== undefined;
  const before = useQuery({ ...endpointQuery(getCoverage, { query: { ...compared?.before } }), enabled });
  const after = useQuery({ ...endpointQuery(getCoverage, { query: { ...compared?.after } }), enabled });
  const teams = useQuery({
    ...endpointQuery(explainCosts, {
      query: {
        from: compared === undefined ? '' : rangeParameter(compared.before),
        to: compared === undefined ? '' : rangeParameter(compared.after),
        ...{ by: ['team'], metric: DEFAULT_METRIC, filter: [], limit: LIMIT },
      },
    }),
    enabled,
  });
  return {
    /** True once a comparison is chosen, also before its days are known. */
    isWanted,
    compared,
    /** The days in view are not over: only those with charges are compared. */
    isRunning,
    before: before.data === undefined ? undefined : sumCoverage(before.data.rows, currency),
    after: after.data === undefined ? undefined : sumCoverage(after.data.rows, currency),
    /** No charge in view: nothing to compare. */
    isEmpty: byDay.data !== undefined && through === null,
    error: byDay.error ?? before.error ?? after.error,
    teams,
  };
}

export type ComparedAllocation = ReturnType<typeof useComparedAllocation>;
