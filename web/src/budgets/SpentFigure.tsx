import type { Budget } from '../../../src/finops/budgets/schema.ts';
import { decimal } from '../../../src/platform/units/schema.ts';
import { withoutSources } from '../format/sources-behind.ts';
import { formatDay } from '../format/time.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { RatesText } from '../parts/RatesText.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import { findToDate } from './budget-landing.ts';
import { NO_COST } from './words.ts';

const LINE = `${table.subLine} ${table.wideOnly}`;

interface SpentFigureProps {
  readonly budget: Budget;
  /** Less than one of its parts. */
  readonly isBelowParts?: boolean;
}

/** Spend to date of a budget with its last whole day, later charges, reservations and conversion. */
export function SpentFigure({ budget, isBelowParts = false }: SpentFigureProps) {
  const { billed, billedReason, conversion, limit, reserved } = budget;
  const money = (amount: string) => ({ amount, currency: limit.currency });
  const spent = findToDate(budget);
  if (spent === null) return <Unknown reason={billedReason ?? NO_COST} />;
  const isMetered = billed !== null && !decimal(billed.amount).equals(budget.spent?.amount ?? 0);
  return (
    <>
      <MoneyFigure money={money(spent.amount)} />
      {spent.through !== null && (
        <span className={LINE}>
          to {formatDay(spent.through)}
          {withoutSources(budget.toDate?.behind ?? [])}
        </span>
      )}
      {spent.through === null && billedReason === null && (
        <span className={LINE}>{isMetered ? 'metered' : 'no whole day'}</span>
      )}
      {isBelowParts && (
        <span className={LINE} data-tip="Credits that belong to none of its parts lower it below one of them.">
          less credits
        </span>
      )}
      {spent.later !== '0' && (
        <span className={LINE} data-tip="Charged on later days, which are not complete yet">
          <MoneyFigure money={money(spent.later)} /> later
        </span>
      )}
      {reserved.amount !== '0' && (
        <span className={LINE}>
          <MoneyFigure money={reserved} /> reserved
        </span>
      )}
      {conversion !== null && (
        <span className={LINE}>
          converted <RatesText currency={limit.currency} {...conversion} />
        </span>
      )}
    </>
  );
}
