import { decimal, decimalString } from '../../../src/platform/units/schema.ts';
import { formatShare } from '../format/number.ts';
import { rangePhrase } from '../frame/date-range.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { describeShareChange } from './compared-shares.ts';
import type { ComparedAllocation } from './use-compared-allocation.ts';

interface ComparedAnswerProps {
  readonly compared: ComparedAllocation;
  readonly currency: string;
}

/** "Unallocated in the same days: 5.2 % ($1,040), down 1.9 points from 7.1 % in October 2026: $380 less." */
export function ComparedAnswer({ compared: { compared, before, after }, currency }: ComparedAnswerProps) {
  if (compared === undefined || before === undefined || after === undefined) return null;
  const words = describeShareChange(before, after);
  if (words === null) return ` There is no cost ${rangePhrase(compared.before)} to compare with.`;
  const change = decimal(after.unallocated).minus(before.unallocated);
  return (
    <>
      {' '}
      <span data-testid="allocation-compared">
        {rangePhrase(compared.after).replace(/^[a-z]/, (letter) => letter.toUpperCase())},{' '}
        {formatShare(after.unallocated, after.total)} is unallocated, {words} {rangePhrase(compared.before)}:{' '}
        {change.isZero() ? (
          'the same amount'
        ) : (
          <>
            <MoneyFigure money={{ amount: decimalString(change.abs()), currency }} />{' '}
            {change.isNegative() ? 'less' : 'more'}
          </>
        )}
        .
      </span>
    </>
  );
}
