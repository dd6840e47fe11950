import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { costDimensions, costSummary } from '../../../src/finops/costs/schema.ts';
import { endpointQuery } from '../client.ts';
import { daysOf } from '../format/time.ts';
import { useScope } from '../frame/use-scope.ts';
import { useTeams } from '../frame/use-teams.ts';
import { teamColours } from '../theme/category-colours.ts';
import { dimensionsOf, selectionOf } from './cost-query.ts';
import { slotsOf } from './slots.ts';
import { groupColours } from './stack.ts';

/** Beyond this many groups the bars show their sum: the answer by day would be as long as the bill. */
const MAX_STACKED_GROUPS = 500;

/** Everything that the costs page shows, asked by what its address says. */
export function useCosts() {
  const scope = useScope();
  const search = useSearch({ from: '/costs' });
  const dimensions = dimensionsOf(search);
  const selection = selectionOf(scope, search);
  const slotDimension = scope.month === undefined ? 'month' : 'day';
  const summary = useQuery({
    ...endpointQuery(costSummary, { query: { by: [...dimensions], ...selection } }),
    enabled: scope.ready && !scope.empty,
  });
  const known = useQuery({ ...endpointQuery(costDimensions), enabled: summary.isFetched });
  const stacked = (summary.data?.rows.length ?? 0) <= MAX_STACKED_GROUPS;
  const bySlot = useQuery({
    ...endpointQuery(costSummary, {
      query: { by: [...new Set([...(stacked ? dimensions : []), slotDimension])], ...selection },
    }),
    enabled: summary.data !== undefined,
  });
  const total = summary.data?.totals[0];
  const currency = search.currency ?? total?.currency ?? 'USD';
  const groups = useMemo(
    () => (summary.data?.rows ?? []).filter((row) => row.currency === currency),
    [summary.data, currency],
  );
  const bySlotRows = useMemo(
    () => (bySlot.data?.rows ?? []).filter((row) => row.currency === currency),
    [bySlot.data, currency],
  );
  const slots = useMemo(
    () => slotsOf(scope.month === undefined ? scope.months : daysOf(scope.month), bySlotRows, slotDimension),
    [scope.month, scope.months, bySlotRows, slotDimension],
  );
  const teams = useTeams();
  const key = dimensions.join(',');
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for the dimensions, which are made anew on each call
  const colours = useMemo(() => groupColours(groups, dimensions, teamColours(teams ?? [])), [groups, key, teams]);
  return {
    scope,
    search,
    dimensions,
    selection,
    known,
    slotDimension,
    slots,
    summary,
    bySlot: teams === undefined ? { ...bySlot, data: undefined } : bySlot,
    bySlotRows,
    stacked,
    total,
    currency,
    groups,
    colours,
  };
}
export type Costs = ReturnType<typeof useCosts>;
