import type { Budget } from '../../../src/finops/budgets/schema.ts';
import { withoutSources } from '../format/sources-behind.ts';
import { formatDay } from '../format/time.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { RatesText } from '../parts/RatesText.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import { findToDate } from './budget-landing.ts';
import { NO_COST } from './words.ts';

const LINE = `${table.subLine} ${table.wideOnly}`;

/** Spend to date of a budget with its last whole day, later charges, reservations and conversion. */
export function SpentFigure({ budget }: { readonly budget: Budget }) {
  const { billedReason, conversion, limit, reserved } = budget;
  const money = (amount: string) => ({ amount, currency: limit.currency });
  const spent = findToDate(budget);
  if (spent === null) return <Unknown reason={billedReason ?? NO_COST} />;
  return (
    <>
      <MoneyFigure money={money(spent.amount)} />
      {spent.through !== null && (
        <span className={LINE}>
          to {formatDay(spent.through)}
          {withoutSources(budget.toDate?.behind ?? [])}
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
