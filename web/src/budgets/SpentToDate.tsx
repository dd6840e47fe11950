import type { Budget } from '../../../src/finops/budgets/schema.ts';
import { withoutSources } from '../format/sources-behind.ts';
import { formatDay } from '../format/time.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import table from '../table/table.module.css';

/**
 * The last whole day below the spent amount. Where sources that are ahead have charged more, also the amount up to that
 * day.
 */
export function SpentToDate({ budget: { toDate, limit } }: { readonly budget: Pick<Budget, 'toDate' | 'limit'> }) {
  if (toDate === null) return null;
  const { amount, later, through, behind } = toDate;
  return (
    <span className={`${table.subLine} ${table.wideOnly}`}>
      {later !== '0' && <MoneyFigure money={{ amount, currency: limit.currency }} />} to {formatDay(through)}
      {withoutSources(behind)}
    </span>
  );
}
