import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import {
  getGpuEfficiency,
  getGpuHeatMap,
  getGpuOutcomes,
  getGpuOwners,
  type OwnerDimension,
} from '../../../src/finops/gpu-usage/schema.ts';
import { toMonthPeriod } from '../../../src/platform/units/schema.ts';
import { endpointQuery } from '../client.ts';
import { useScope } from '../frame/use-scope.ts';
import type { GpusSearch } from './gpus-search.ts';

export const HEAT_ROWS = 100;
const HEAT_SLOTS = 200;
/** Owners that are drawn and listed; the rest is one. */
export const OWNERS = 12;
export const LINES = 7;

/** A month as the endpoints take days; all there are where there is none. */
function toDayRange(month: string | undefined): { readonly from?: string; readonly to?: string } {
  if (month === undefined) return {};
  const { start, end } = toMonthPeriod(month);
  return { from: start.slice(0, 10), to: end.slice(0, 10) };
}

/** Queries of the GPU page, from its URL parameters. */
export function useGpus() {
  const scope = useScope();
  const search = useSearch({ from: '/gpus' });
  const navigate = useNavigate({ from: '/gpus' });
  const { month, team } = scope;
  const days = toDayRange(month);
  const asked = { ...days, ...(team === undefined ? {} : { team }) };
  const by: OwnerDimension = search.by ?? 'team';
  const over = search.over ?? 'team';
  const step: 'day' | 'week' = search.step ?? 'day';
  const skip = search.skip ?? 0;
  const common = { enabled: scope.ready, placeholderData: keepPreviousData };
  const ownersQuery = { by, ...asked, top: OWNERS };
  const efficiencyQuery = { by: over, step, ...asked, top: LINES };
  return {
    scope,
    search,
    by,
    over,
    step,
    skip,
    days,
    asked,
    ownersQuery,
    efficiencyQuery,
    owners: useQuery({ ...endpointQuery(getGpuOwners, { query: ownersQuery }), ...common }),
    efficiency: useQuery({ ...endpointQuery(getGpuEfficiency, { query: efficiencyQuery }), ...common }),
    outcomes: useQuery({ ...endpointQuery(getGpuOutcomes, { query: asked }), ...common }),
    heat: useQuery({
      ...endpointQuery(getGpuHeatMap, { query: { ...asked, limit: HEAT_ROWS, skip, slots: HEAT_SLOTS } }),
      ...common,
    }),
    choose: (change: Partial<GpusSearch>) =>
      void navigate({ search: (before) => ({ ...before, ...change }), resetScroll: false }),
  };
}

export type GpusInView = ReturnType<typeof useGpus>;
