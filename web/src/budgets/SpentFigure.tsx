import type { Budget } from '../../../src/finops/budgets/schema.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { RatesText } from '../parts/RatesText.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import { SpentToDate } from './SpentToDate.tsx';
import { NO_COST } from './words.ts';

/** Spend of a budget in its window, with its last whole day and the conversion behind it. */
export function SpentFigure({ budget }: { readonly budget: Budget }) {
  const { spent, billedReason, conversion, limit, reserved } = budget;
  return (
    <>
      {spent === null ? <Unknown reason={billedReason ?? NO_COST} /> : <MoneyFigure money={spent} />}{' '}
      <SpentToDate budget={budget} />
      {reserved.amount !== '0' && (
        <span className={`${table.subLine} ${table.wideOnly}`}>
          <MoneyFigure money={reserved} /> reserved
        </span>
      )}
      {conversion !== null && (
        <span className={`${table.subLine} ${table.wideOnly}`}>
          converted <RatesText currency={limit.currency} {...conversion} />
        </span>
      )}
    </>
  );
}
