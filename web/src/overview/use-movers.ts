import { useQuery } from '@tanstack/react-query';
import { DEFAULT_METRIC } from '../../../src/finops/billing/schema.ts';
import { explainCosts } from '../../../src/finops/costs/explain/schema.ts';
import { endpointQuery } from '../client.ts';
import { filtersIn } from '../costs/cost-query.ts';
import { rangeParameter } from '../frame/date-range.ts';
import type { OverviewData } from './use-overview.ts';

/** Groups that are listed. */
const LISTED = 6;

/** Groups with the largest change between the compared days, and the change of the total. */
export function useMovers({ compared, scope, spend }: OverviewData) {
  const by = scope.team === undefined ? ['team', 'serviceName'] : ['serviceName'];
  const query = useQuery({
    ...endpointQuery(explainCosts, {
      query: {
        from: compared === undefined ? '' : rangeParameter(compared.before),
        to: compared === undefined ? '' : rangeParameter(compared.after),
        by,
        metric: DEFAULT_METRIC,
        filter: [...filtersIn(scope, {})],
        limit: LISTED,
      },
    }),
    enabled: compared !== undefined && spend.data !== undefined,
  });
  return { by, query };
}
export type MoversInView = ReturnType<typeof useMovers>;
