import { decimal, decimalString } from '../../../src/platform/units/schema.ts';
import { formatShare } from '../format/number.ts';
import { type DateRange, rangePhrase } from '../frame/date-range.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { type CoverageSums, describeShareChange } from './compared-shares.ts';
import type { ComparedAllocation } from './use-compared-allocation.ts';

interface ComparedAnswerProps {
  readonly compared: ComparedAllocation;
  readonly currency: string;
}

/** "The unallocated share is down 1.9 points from 7.1 % in October 2026: $380 less." */
export function ComparedAnswer({ compared: { compared, isRunning, before, after }, currency }: ComparedAnswerProps) {
  if (compared === undefined || before === undefined || after === undefined) return null;
  const words = describeShareChange(before, after);
  if (words === null) return ` There is no cost ${rangePhrase(compared.before)} to compare with.`;
  const change = decimal(after.unallocated).minus(before.unallocated);
  return (
    <>
      {' '}
      <span data-testid="allocation-compared">
        {isRunning ? describeDays(compared.after, after) : 'The unallocated share is'} {words}{' '}
        {rangePhrase(compared.before)}:{' '}
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

/** `From 1 to 18 Nov 2026, 5.2 % is unallocated,` of the days that are compared where the range in view is not over. */
function describeDays(days: DateRange, { unallocated, total }: CoverageSums): string {
  const phrase = rangePhrase(days).replace(/^[a-z]/, (letter) => letter.toUpperCase());
  return `${phrase}, ${formatShare(unallocated, total)} is unallocated,`;
}
