import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { costSummary, getMonthToDate } from '../../../src/finops/costs/schema.ts';
import { endpointQuery } from '../client.ts';
import { filtersIn, toSelection } from '../costs/cost-query.ts';
import { slotsIn, usualGranularity } from '../costs/period/granularity.ts';
import { listSlots } from '../costs/slots.ts';
import { groupColours, stackSeries } from '../costs/stack.ts';
import { compareSpend } from '../frame/compared-spend.ts';
import { daysIn, readRange } from '../frame/date-range.ts';
import { useScope } from '../frame/use-scope.ts';
import { useTeams } from '../frame/use-teams.ts';
import { teamColours } from '../theme/category-colours.ts';
import { reportedTotal, rowsIn, sumBy, upToDay } from './so-far.ts';

/** Data of the cost part of the overview: the range by charge day or longer, and the month to date. */
export function useOverview() {
  const scope = useScope();
  const search = useSearch({ from: '__root__' });
  const { range, month, team } = scope;
  const dimension = team === undefined ? 'team' : 'serviceName';
  const slotDimension = range === undefined ? 'month' : usualGranularity(range);
  const asked = scope.ready && !scope.empty;
  const selection = toSelection({ month: undefined, team }, range === undefined ? {} : daysIn(range));
  const toDate = useQuery({
    ...endpointQuery(getMonthToDate, { query: { month, filter: [...filtersIn(scope, {})] } }),
    enabled: asked && month !== undefined,
  });
  const spend = useQuery({
    ...endpointQuery(costSummary, { query: { by: [dimension, slotDimension], ...selection } }),
    enabled: asked,
  });
  const through = month === undefined ? undefined : toDate.data?.through;
  const isCounted = typeof through === 'string';
  const teams = useTeams();
  const totals = isCounted ? toDate.data?.totals : spend.data?.totals;
  const reporting = (isCounted ? toDate.data?.reporting : spend.data?.reporting) ?? null;
  // One currency is drawn and compared: the reporting currency where there is one, otherwise the first of the bills.
  const total = reportedTotal(reporting) ?? totals?.[0];
  const currency = total?.currency ?? 'USD';
  const rows = useMemo(() => rowsIn(spend.data, currency), [spend.data, currency]);
  const groups = useMemo(
    () => sumBy(upToDay(rows, isCounted && slotDimension === 'day' ? through : null), dimension),
    [rows, isCounted, through, slotDimension, dimension],
  );
  const slots = useMemo(
    () => (range === undefined ? listSlots(scope.months, rows, slotDimension) : slotsIn(range, slotDimension)),
    [range, scope.months, rows, slotDimension],
  );
  const colours = useMemo(() => {
    const drawn = sumBy(rows, dimension);
    return { drawn, map: groupColours(drawn, [dimension], teamColours(teams ?? [])) };
  }, [rows, dimension, teams]);
  const series = useMemo(
    () =>
      stackSeries({
        groups: colours.drawn,
        bySlot: rows,
        dimensions: [dimension],
        slotDimension,
        slots,
        colours: colours.map,
      }),
    [colours, rows, dimension, slotDimension, slots],
  );
  const before = toDate.data?.before;
  const compared = compareSpend({
    range,
    compare: search.compare,
    custom: readRange(search.beforeFrom, search.beforeTo),
    through: month === undefined ? undefined : (through ?? null),
    sameDays: before == null ? undefined : { from: before.from, to: before.through },
  });
  return {
    scope,
    dimension,
    slotDimension,
    slots,
    series,
    colours: colours.map,
    picture: teams === undefined ? { ...spend, data: undefined } : spend,
    spend,
    selection,
    /** The month up to its last whole day, and the preceding month up to the same day. */
    toDate,
    /** Last whole day that the sums count, in a month that is not complete; null for other ranges. */
    through: isCounted && toDate.data?.isComplete === false ? through : null,
    /** Like days of the range and of its comparison; undefined without one. */
    compared,
    isCompared: search.compare !== undefined,
    total,
    totals: totals ?? [],
    /** The total of all currencies in one; null where none is reported. */
    reporting,
    currency,
    groups,
  };
}
export type OverviewData = ReturnType<typeof useOverview>;
