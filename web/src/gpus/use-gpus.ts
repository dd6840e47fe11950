import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import {
  getGpuEfficiency,
  getGpuHeatMap,
  getGpuOutcomes,
  getGpuOwners,
  type OwnerDimension,
} from '../../../src/finops/gpu-usage/schema.ts';
import { endpointQuery } from '../client.ts';
import { type DateRange, toDaySpan } from '../frame/date-range.ts';
import { useScope } from '../frame/use-scope.ts';
import type { GpusSearch } from './gpus-search.ts';

export const HEAT_ROWS = 100;
const HEAT_SLOTS = 200;
/** Owners that are drawn and listed; the rest is one. */
export const OWNERS = 12;
export const LINES = 7;

/** The range as the endpoints take days, the end left out; all there are where there is none. */
function toDays(range: DateRange | undefined): { readonly from?: string; readonly to?: string } {
  if (range === undefined) return {};
  const { start, end } = toDaySpan(range);
  return { from: start, to: end };
}

/** Queries of the GPU page, from its URL parameters. */
export function useGpus() {
  const scope = useScope();
  const search = useSearch({ from: '/gpus' });
  const navigate = useNavigate({ from: '/gpus' });
  const { range, team } = scope;
  const days = toDays(range);
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
