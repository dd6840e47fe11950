import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { listBudgets } from '../../../src/finops/budgets/schema.ts';
import { costSummary } from '../../../src/finops/costs/schema.ts';
import type { BeforeLine, LimitLine } from '../charts/stacked-bars-option.ts';
import { endpointQuery } from '../client.ts';
import { slotsIn } from '../costs/period/granularity.ts';
import { slotLabel } from '../costs/slots.ts';
import { formatAbout } from '../format/money.ts';
import { daysIn, rangeText } from '../frame/date-range.ts';
import { budgetPerDay } from './budget-per-day.ts';
import { rowsIn } from './so-far.ts';
import type { OverviewData } from './use-overview.ts';

/** The line that the spend is read against: the compared days where a comparison is chosen, else the budget by day. */
export function useReferenceLines(overview: OverviewData) {
  const { scope, compared, isCompared, slotDimension, slots, selection, currency, spend } = overview;
  const isDrawn = isCompared && compared !== undefined;
  const query = useQuery({
    ...endpointQuery(costSummary, { query: { ...selection, ...compared?.before, by: [slotDimension] } }),
    enabled: isDrawn && spend.data !== undefined,
  });
  const budgets = useQuery({ ...endpointQuery(listBudgets), enabled: spend.data !== undefined });
  const key = JSON.stringify(compared ?? null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` identifies the ranges, which are new objects on each call
  const before = useMemo((): BeforeLine | undefined => {
    if (!isDrawn || query.data === undefined || scope.range === undefined) return undefined;
    const amounts = new Map(rowsIn(query.data, currency).map((row) => [row[slotDimension], row.amount]));
    const earlier = slotsIn(compared.before, slotDimension);
    const first = slots.indexOf(slotsIn(daysIn(scope.range), slotDimension)[0] ?? '');
    const partner = (index: number) => earlier[index - Math.max(first, 0)];
    return {
      label: rangeText(compared.before),
      amounts: slots.map((_, index) => amounts.get(partner(index) ?? null) ?? null),
      slotNames: slots.map((_, index) => slotLabel(partner(index) ?? '')),
    };
  }, [key, isDrawn, query.data, slotDimension, slots, currency]);
  const limit = useMemo((): LimitLine | undefined => {
    if (isDrawn || slotDimension !== 'day' || scope.month === undefined) return undefined;
    const found = budgetPerDay(budgets.data?.budgets ?? [], { month: scope.month, team: scope.team, currency });
    return found && { label: `Budget ${formatAbout(found)} a day`, amount: found.amount };
  }, [isDrawn, slotDimension, scope.month, scope.team, currency, budgets.data]);
  const note =
    before !== undefined
      ? ` The dotted line is ${before.label}.`
      : limit !== undefined
        ? ' The dashed line is the budget by day.'
        : '';
  return { before, limit, note };
}
