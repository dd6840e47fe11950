import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { costDimensions, costSummary } from '../../../src/finops/costs/schema.ts';
import { endpointQuery } from '../client.ts';
import { useTeams } from '../frame/use-teams.ts';
import { teamColours } from '../theme/category-colours.ts';
import { listDimensions, toSelection } from './cost-query.ts';
import { slotsIn, usualGranularity } from './period/granularity.ts';
import { listSlots } from './slots.ts';
import { groupColours } from './stack.ts';
import { useCostPeriod } from './use-cost-period.ts';
import { useMonthToDate } from './use-month-to-date.ts';

/** Beyond this many groups the bars show their sum: the answer by day would be as long as the bill. */
const MAX_STACKED_GROUPS = 500;

/** All data of the costs page, queried by its URL parameters. */
export function useCosts() {
  const search = useSearch({ from: '/costs' });
  const period = useCostPeriod(search);
  const { scope, range } = period;
  const dimensions = listDimensions(search);
  const selection = toSelection({ month: undefined, team: scope.team }, { ...search, ...period.asked });
  const slotDimension = search.every ?? (range === undefined ? 'month' : usualGranularity(range));
  const summary = useQuery({
    ...endpointQuery(costSummary, { query: { by: [...dimensions], ...selection } }),
    enabled: period.ready && !scope.empty,
  });
  const monthToDate = useMonthToDate(search, period);
  const known = useQuery({ ...endpointQuery(costDimensions), enabled: summary.isFetched });
  const stacked = (summary.data?.rows.length ?? 0) <= MAX_STACKED_GROUPS;
  const bySlot = useQuery({
    ...endpointQuery(costSummary, {
      query: { by: [...new Set([...(stacked ? dimensions : []), slotDimension])], ...selection },
    }),
    enabled: summary.data !== undefined,
  });
  const currency = search.currency ?? summary.data?.totals[0]?.currency ?? 'USD';
  const total = summary.data?.totals.find((one) => one.currency === currency);
  const groups = useMemo(
    () => (summary.data?.rows ?? []).filter((row) => row.currency === currency),
    [summary.data, currency],
  );
  const bySlotRows = useMemo(
    () => (bySlot.data?.rows ?? []).filter((row) => row.currency === currency),
    [bySlot.data, currency],
  );
  const slots = useMemo(
    () => listSlots(range === undefined ? [] : slotsIn(range, slotDimension), bySlotRows, slotDimension),
    [range, bySlotRows, slotDimension],
  );
  const teams = useTeams();
  const key = dimensions.join(',');
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` identifies the dimensions, which are new objects on each call
  const colours = useMemo(() => groupColours(groups, dimensions, teamColours(teams ?? [])), [groups, key, teams]);
  return {
    scope,
    search,
    period,
    dimensions,
    selection,
    known,
    slotDimension,
    slots,
    summary,
    monthToDate,
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
