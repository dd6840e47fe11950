import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { DEFAULT_METRIC } from '../../../../src/finops/billing/schema.ts';
import { explainCosts } from '../../../../src/finops/costs/explain/schema.ts';
import { endpointQuery } from '../../client.ts';
import { rangeParameter, rangePhrase, rangeText } from '../../frame/date-range.ts';
import { filtersIn } from '../cost-query.ts';
import type { Costs } from '../use-costs.ts';

/** Groups and SKUs beyond this many are summed, not listed. */
const LIMIT = 500;

/** Drivers of the change between the two periods in view, in the currency in view. */
export function useExplanation(costs: Costs) {
  const { search, dimensions, scope, period, currency } = costs;
  const { compared } = period;
  const query = useQuery({
    ...endpointQuery(explainCosts, {
      query: {
        from: compared === undefined ? '' : rangeParameter(compared.before),
        to: compared === undefined ? '' : rangeParameter(compared.after),
        by: [...dimensions],
        metric: search.metric ?? DEFAULT_METRIC,
        filter: [...filtersIn(scope, search)],
        limit: LIMIT,
      },
    }),
    enabled: compared !== undefined && period.ready && !scope.empty,
  });
  const { data } = query;
  const groups = useMemo(() => (data?.groups ?? []).filter((one) => one.currency === currency), [data, currency]);
  const drivers = useMemo(() => (data?.drivers ?? []).filter((one) => one.currency === currency), [data, currency]);
  return {
    query,
    total: data?.totals.find((one) => one.currency === currency),
    groups,
    otherGroups: data?.otherGroups.find((one) => one.currency === currency),
    drivers,
    beforeText: compared === undefined ? '' : rangeText(compared.before),
    afterText: compared === undefined ? '' : rangeText(compared.after),
    beforePhrase: compared === undefined ? '' : rangePhrase(compared.before),
    afterPhrase: compared === undefined ? '' : rangePhrase(compared.after),
  };
}
export type ExplanationInView = ReturnType<typeof useExplanation>;
