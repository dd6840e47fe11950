import { formatRate, type Unconverted, type UsedRate } from '../../../src/finops/exchange/schema.ts';
import { counted } from '../format/number.ts';
import { formatDay } from '../format/time.ts';
import { MoneyFigure } from './MoneyFigure.tsx';

interface RatesTextProps {
  readonly currency: string;
  readonly rates: readonly UsedRate[];
  readonly leftOut: readonly Unconverted[];
}

/** "at 1 USD = 0.8 EUR of 2 Oct 2026 (ECB) and 3 earlier or other rates; left out, without a rate: 9.00 CHF". */
export function RatesText({ currency, rates, leftOut }: RatesTextProps) {
  const [first, ...more] = rates.toSorted((one, other) => (one.date < other.date ? 1 : -1));
  return (
    <>
      {first !== undefined &&
        `at 1 ${first.currency} = ${formatRate(first.rate)} ${currency} of ${formatDay(first.date)} (${first.source})`}
      {more.length > 0 && ` and ${counted(more.length, 'earlier or other rate')}`}
      {leftOut.map((left, index) => (
        <span key={left.currency}>
          {(first !== undefined || index > 0) && '; '}left out, without a rate:{' '}
          <MoneyFigure money={{ amount: left.amount, currency: left.currency }} />
        </span>
      ))}
    </>
  );
}
