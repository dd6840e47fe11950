import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { costSummary } from '../../../src/finops/costs/schema.ts';
import { endpointQuery } from '../client.ts';
import { selectionOf } from '../costs/cost-query.ts';
import { slotsOf } from '../costs/slots.ts';
import { groupColours, stackSeries } from '../costs/stack.ts';
import { daysOf, monthBefore } from '../format/time.ts';
import { useScope } from '../frame/use-scope.ts';
import { useTeams } from '../frame/use-teams.ts';
import { teamColours } from '../theme/category-colours.ts';
import { sameDaysBefore, soFar, sumBy } from './so-far.ts';

/** What the money side of the overview shows: the month by day, the month before, and all months when asked for. */
export function useOverview() {
  const scope = useScope();
  const { trend } = useSearch({ from: '/' });
  const byMonth = trend === 'months' || scope.month === undefined;
  const dimension = scope.team === undefined ? 'team' : 'serviceName';
  const slotDimension = byMonth ? 'month' : 'day';
  const asked = scope.ready && !scope.empty;
  const selection = selectionOf(scope, {});
  const earlier = scope.month === undefined ? undefined : monthBefore(scope.month);
  const bySlot = (by: string[], month: string | undefined) =>
    endpointQuery(costSummary, { query: { by, ...selectionOf({ month, team: scope.team }, {}) } });
  const spend = useQuery({ ...bySlot([dimension, 'day'], scope.month), enabled: asked });
  const months = useQuery({ ...bySlot([dimension, 'month'], undefined), enabled: asked && byMonth });
  const before = useQuery({
    ...bySlot(['day'], earlier),
    enabled: asked && earlier !== undefined && scope.months.includes(earlier),
  });
  const providers = useQuery({
    ...endpointQuery(costSummary, { query: { by: ['serviceProviderName'], ...selection } }),
    enabled: asked && spend.data !== undefined,
  });
  const teams = useTeams();
  const picture = byMonth ? months : spend;
  const [total] = spend.data?.totals ?? [];
  const currency = total?.currency ?? 'USD';
  const own = useMemo(() => rowsIn(spend.data?.rows, currency), [spend.data, currency]);
  const groups = useMemo(() => sumBy(own, dimension), [own, dimension]);
  const drawnRows = useMemo(() => rowsIn(picture.data?.rows, currency), [picture.data, currency]);
  const slots = useMemo(
    () => slotsOf(byMonth || scope.month === undefined ? scope.months : daysOf(scope.month), drawnRows, slotDimension),
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
  const reached = scope.month === undefined ? null : soFar(own, scope.month);
  return {
    scope,
    dimension,
    slotDimension,
    slots,
    series,
    colours: colours.map,
    picture: teams === undefined ? { ...picture, data: undefined } : picture,
    spend,
    /** What the month is compared with has come, or cannot come: the sentence is whole. */
    compared: !before.isLoading,
    providers,
    total,
    totals: spend.data?.totals ?? [],
    currency,
    groups,
    reached,
    earlier,
    before: reached === null ? null : sameDaysBefore(rowsIn(before.data?.rows, currency), reached),
  };
}
export type OverviewData = ReturnType<typeof useOverview>;

type Rows = readonly Readonly<Record<string, string | null>>[];

function rowsIn(rows: Rows | undefined, currency: string): Rows {
  return (rows ?? []).filter((row) => row.currency === currency);
}
