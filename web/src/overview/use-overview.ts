import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { costSummary, getMonthToDate } from '../../../src/finops/costs/schema.ts';
import { endpointQuery } from '../client.ts';
import { filtersIn, toSelection } from '../costs/cost-query.ts';
import { listSlots } from '../costs/slots.ts';
import { groupColours, stackSeries } from '../costs/stack.ts';
import { listDays, monthBefore } from '../format/time.ts';
import { daysIn } from '../frame/date-range.ts';
import { useScope } from '../frame/use-scope.ts';
import { useTeams } from '../frame/use-teams.ts';
import { teamColours } from '../theme/category-colours.ts';
import { reportedTotal, rowsIn, sumBy, upToDay } from './so-far.ts';

/**
 * Data of the cost part of the overview: the month to date by charge day, the preceding month, and all months on
 * request.
 */
export function useOverview() {
  const scope = useScope();
  const { trend } = useSearch({ from: '/' });
  const byMonth = trend === 'months' || scope.month === undefined;
  const dimension = scope.team === undefined ? 'team' : 'serviceName';
  const slotDimension = byMonth ? 'month' : 'day';
  const asked = scope.ready && !scope.empty;
  const selection = toSelection(scope, scope.month === undefined ? {} : daysIn({ from: scope.month, to: scope.month }));
  const earlier = scope.month === undefined ? undefined : monthBefore(scope.month);
  const filter = [...filtersIn(scope, {})];
  const toDate = useQuery({
    ...endpointQuery(getMonthToDate, { query: { month: scope.month, filter } }),
    enabled: asked && scope.month !== undefined,
  });
  const spend = useQuery({
    ...endpointQuery(costSummary, { query: { by: [dimension, 'day'], ...selection } }),
    enabled: asked,
  });
  const months = useQuery({
    ...endpointQuery(costSummary, {
      query: { by: [dimension, 'month'], ...toSelection({ ...scope, month: undefined }, {}) },
    }),
    enabled: asked && byMonth,
  });
  const through = toDate.data?.through ?? null;
  // Without a whole day in the month, none of its rows is in the total.
  const counted = scope.month === undefined ? null : (through ?? '');
  const providers = useQuery({
    ...endpointQuery(costSummary, {
      query: { by: ['serviceProviderName'], ...selection, ...(through === null ? {} : { to: through }) },
    }),
    enabled: asked && spend.data !== undefined && !toDate.isLoading,
  });
  const teams = useTeams();
  const picture = byMonth ? months : spend;
  const totals = scope.month === undefined ? spend.data?.totals : toDate.data?.totals;
  const reporting = (scope.month === undefined ? spend.data?.reporting : toDate.data?.reporting) ?? null;
  // One currency is drawn and compared: the reporting currency where there is one, otherwise the first of the bills.
  const total = reportedTotal(reporting) ?? totals?.[0];
  const currency = total?.currency ?? 'USD';
  const own = useMemo(() => upToDay(rowsIn(spend.data, currency), counted), [spend.data, currency, counted]);
  const groups = useMemo(() => sumBy(own, dimension), [own, dimension]);
  const drawnRows = useMemo(() => rowsIn(picture.data, currency), [picture.data, currency]);
  const slots = useMemo(
    () =>
      listSlots(byMonth || scope.month === undefined ? scope.months : listDays(scope.month), drawnRows, slotDimension),
    [byMonth, scope.month, scope.months, drawnRows, slotDimension],
  );
  const colours = useMemo(() => {
    const drawn = sumBy(drawnRows, dimension);
    return { drawn, map: groupColours(drawn, [dimension], teamColours(teams ?? [])) };
  }, [drawnRows, dimension, teams]);
  const series = useMemo(
    () =>
      stackSeries({
        groups: colours.drawn,
        bySlot: drawnRows,
        dimensions: [dimension],
        slotDimension,
        slots,
        colours: colours.map,
      }),
    [colours, drawnRows, dimension, slotDimension, slots],
  );
  return {
    scope,
    dimension,
    slotDimension,
    slots,
    series,
    colours: colours.map,
    picture: teams === undefined ? { ...picture, data: undefined } : picture,
    spend,
    selection,
    /** The month up to its last whole day, and the preceding month up to the same day; undefined for all months. */
    toDate,
    providers,
    total,
    totals: totals ?? [],
    /** The total of all currencies in one; null where none is reported. */
    reporting,
    currency,
    groups,
    earlier,
  };
}
export type OverviewData = ReturnType<typeof useOverview>;
