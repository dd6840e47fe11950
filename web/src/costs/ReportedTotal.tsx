import type { ReportedCosts } from '../../../src/finops/costs/schema.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { RatesText } from '../parts/RatesText.tsx';

/** The total in the reporting currency, with its exchange rates and the cost without a rate. */
export function ReportedTotal({
  reporting: { currency, amount, rates, leftOut },
}: {
  readonly reporting: ReportedCosts;
}) {
  return (
    <>
      {' '}
      In {currency} it is {amount === null ? 'unknown' : <MoneyFigure money={{ amount, currency }} />}
      {rates.length + leftOut.length > 0 && ', '}
      <RatesText currency={currency} rates={rates} leftOut={leftOut} />.
    </>
  );
}
