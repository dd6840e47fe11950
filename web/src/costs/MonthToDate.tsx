import { useQuery } from '@tanstack/react-query';
import { DEFAULT_METRIC } from '../../../src/finops/billing/schema.ts';
import { getMonthToDate } from '../../../src/finops/costs/schema.ts';
import { endpointQuery } from '../client.ts';
import { withoutSources } from '../format/sources-behind.ts';
import { formatDay } from '../format/time.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { filtersIn } from './cost-query.ts';
import type { Costs } from './use-costs.ts';

/** Month-to-date cost of one incomplete month by charge day, as the overview, budgets and forecasts show it. */
export function MonthToDate({ costs: { scope, search, period } }: { readonly costs: Costs }) {
  const { from, to } = period.range ?? {};
  const isMonth = from !== undefined && from === to && from.length === 'YYYY-MM'.length;
  const query = {
    ...{ month: from, metric: search.metric ?? DEFAULT_METRIC },
    filter: [...filtersIn(scope, search)],
  };
  const { data } = useQuery({
    ...endpointQuery(getMonthToDate, { query }),
    enabled: isMonth && search.delivery === undefined && !scope.empty,
  });
  if (data?.through == null || data.isComplete || data.totals.length === 0) return null;
  return (
    <>
      {' '}
      By charge day it is{' '}
      {data.totals.map(({ amount, currency }, at) => (
        <span key={currency}>
          {at > 0 && ' and '}
          <MoneyFigure money={{ amount, currency }} />
        </span>
      ))}{' '}
      {data.reporting?.amount != null && (
        <>
          (together <MoneyFigure money={{ amount: data.reporting.amount, currency: data.reporting.currency }} />, at the
          rates of their days){' '}
        </>
      )}
      to {formatDay(data.through)}, the last whole day{withoutSources(data.behind)}.
    </>
  );
}
