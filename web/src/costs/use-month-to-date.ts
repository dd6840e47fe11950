import { useQuery } from '@tanstack/react-query';
import { DEFAULT_METRIC } from '../../../src/finops/billing/schema.ts';
import { getMonthToDate } from '../../../src/finops/costs/schema.ts';
import { endpointQuery } from '../client.ts';
import { filtersIn } from './cost-query.ts';
import type { CostsSearch } from './costs-search.ts';
import type { CostPeriod } from './use-cost-period.ts';

/** The cost in view by charge day; asked only where the period is one month and the bills are not those of one delivery. */
export function useMonthToDate(search: CostsSearch, { scope, range }: CostPeriod) {
  const isMonth = range !== undefined && range.from === range.to && range.from.length === 'YYYY-MM'.length;
  const query = {
    ...{ month: range?.from, metric: search.metric ?? DEFAULT_METRIC },
    filter: [...filtersIn(scope, search)],
  };
  return useQuery({
    ...endpointQuery(getMonthToDate, { query }),
    enabled: isMonth && search.delivery === undefined && !scope.empty,
  });
}
