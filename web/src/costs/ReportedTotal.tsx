import type { ReportedCosts } from '../../../src/finops/costs/schema.ts';
import { counted } from '../format/number.ts';
import { formatDay } from '../format/time.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';

/** The total in the reporting currency, with the rates that were used and what has none. */
export function ReportedTotal({
  reporting: { currency, amount, rates, leftOut },
}: {
  readonly reporting: ReportedCosts;
}) {
  const [first, ...more] = rates.toSorted((one, other) => (one.date < other.date ? 1 : -1));
  return (
    <>
      {' '}
      In {currency} it is {amount === null ? 'unknown' : <MoneyFigure money={{ amount, currency }} />}
      {first !== undefined &&
        `, at 1 ${first.currency} = ${first.rate} ${currency} of ${formatDay(first.date)} (${first.source})`}
      {more.length > 0 && ` and ${counted(more.length, 'earlier or other rate')}`}
      {leftOut.map((left) => (
        <span key={left.currency}>
          ; left out, without a rate: <MoneyFigure money={{ amount: left.amount, currency: left.currency }} />
        </span>
      ))}
      .
    </>
  );
}
