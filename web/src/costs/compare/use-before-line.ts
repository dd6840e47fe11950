import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { costSummary } from '../../../../src/finops/costs/schema.ts';
import type { BeforeLine } from '../../charts/stacked-bars-option.ts';
import { endpointQuery } from '../../client.ts';
import { rangeText } from '../../frame/date-range.ts';
import { slotsIn } from '../period/granularity.ts';
import { slotLabel } from '../slots.ts';
import type { Costs } from '../use-costs.ts';

/** Cost of the preceding period at the first, second, third… slot; undefined without a comparison. */
export function useBeforeLine(costs: Costs): BeforeLine | undefined {
  const { selection, period, slotDimension, slots, currency } = costs;
  const { compared } = period;
  const found = useQuery({
    ...endpointQuery(costSummary, { query: { ...selection, ...compared?.before, by: [slotDimension] } }),
    enabled: compared !== undefined,
  });
  const key = JSON.stringify(compared ?? null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` identifies the ranges, which are new objects on each call
  return useMemo(() => {
    if (compared === undefined || found.data === undefined || found.data.rows.length === 0) return undefined;
    const amounts = new Map(
      found.data.rows.filter((row) => row.currency === currency).map((row) => [row[slotDimension], row.amount]),
    );
    const before = slotsIn(compared.before, slotDimension);
    const after = slotsIn(compared.after, slotDimension);
    const partner = (slot: string) => before[after.indexOf(slot)];
    return {
      label: rangeText(compared.before),
      amounts: slots.map((slot) => amounts.get(partner(slot) ?? null) ?? null),
      slotNames: slots.map((slot) => slotLabel(partner(slot) ?? '')),
    };
  }, [key, found.data, slotDimension, slots, currency]);
}
