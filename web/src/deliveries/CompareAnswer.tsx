import type { BillDiff } from '../../../src/finops/billing/diff/schema.ts';
import { counted, formatCount } from '../format/number.ts';
import { formatMonth } from '../format/time.ts';
import { MoneyDelta } from '../parts/MoneyDelta.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { sumChanges } from './compare-money.ts';

/** Change in money, and the number of new, removed and changed rows. */
export function CompareAnswer({ diff }: { readonly diff: BillDiff }) {
  const { counts, period } = diff;
  const sums = sumChanges(diff.totals, 'billedCost');
  const differs = counts.added + counts.removed + counts.changedRows > 0;
  return (
    <>
      {sums.map(({ currency, before, after, delta }) => (
        <span key={currency}>
          {formatMonth(period)} went from <MoneyFigure money={{ amount: before, currency }} /> to{' '}
          <MoneyFigure money={{ amount: after, currency }} />{' '}
          <span data-testid="headline">
            (<MoneyDelta money={{ amount: delta, currency }} />)
          </span>
          {': '}
        </span>
      ))}
      {differs ? (
        <>
          <strong>{counted(counts.changedRows, 'row')} changed</strong> in {counted(counts.changedFields, 'field')},{' '}
          {formatCount(counts.added)} added, {formatCount(counts.removed)} removed; {counted(counts.unchanged, 'row')}{' '}
          unchanged.
        </>
      ) : (
        <>both have the same {counted(counts.unchanged, 'row')}.</>
      )}
    </>
  );
}
