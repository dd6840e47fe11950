import { useQuery } from '@tanstack/react-query';
import { DEFAULT_METRIC } from '../../../src/finops/billing/schema.ts';
import { getMonthToDate } from '../../../src/finops/costs/schema.ts';
import { decimal, type Money } from '../../../src/platform/units/schema.ts';
import { endpointQuery } from '../client.ts';
import { withoutSources } from '../format/sources-behind.ts';
import { formatDay } from '../format/time.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { filtersIn } from './cost-query.ts';
import type { Costs } from './use-costs.ts';

/** Cost of one month by charge day, as the overview, budgets and forecasts show it, where it differs from its bills. */
export function MonthToDate({ costs: { scope, search, period, summary } }: { readonly costs: Costs }) {
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
  if (data?.through == null || data.totals.length === 0) return null;
  if (data.isComplete && hasSameTotals(data.totals, summary.data?.totals ?? [])) return null;
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
      {data.isComplete
        ? 'because some charges are on the bill of another month.'
        : `to ${formatDay(data.through)}, the last whole day${withoutSources(data.behind)}.`}
    </>
  );
}

function hasSameTotals(some: readonly Money[], others: readonly Money[]): boolean {
  const amounts = new Map(others.map(({ currency, amount }) => [currency, amount]));
  return (
    some.length === others.length &&
    some.every(({ currency, amount }) => decimal(amount).equals(amounts.get(currency) ?? Number.NaN))
  );
}
