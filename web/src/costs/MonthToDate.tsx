import { decimal, type Money } from '../../../src/platform/units/schema.ts';
import { withoutSources } from '../format/sources-behind.ts';
import { formatDay } from '../format/time.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import type { Costs } from './use-costs.ts';

/** Cost of one month by charge day, as the overview, budgets and forecasts show it, where it differs from its bills. */
export function MonthToDate({ costs: { monthToDate, summary } }: { readonly costs: Costs }) {
  const { data } = monthToDate;
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
