import { Link } from '@tanstack/react-router';
import type { Budget } from '../../../src/finops/budgets/schema.ts';
import { decimal, decimalString } from '../../../src/platform/units/schema.ts';
import { isOver } from '../budgets/budget-state.ts';
import { SpentToDate } from '../budgets/SpentToDate.tsx';
import { formatShare } from '../format/number.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { RatesText } from '../parts/RatesText.tsx';
import { ShareBar } from '../parts/ShareBar.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import styles from './overview.module.css';

const NO_COST = 'No charge or priced usage in this window yet.';

/** One budget: spent and remaining amount; an exceeded budget is named as such first. */
export function BudgetRow({ budget }: { readonly budget: Budget }) {
  const { spent } = budget;
  const unknown = budget.billedReason ?? NO_COST;
  const over = isOver(budget) === true;
  const whole = decimal(budget.limit.amount);
  const ratio = spent === null || whole.isZero() ? 0 : decimal(spent.amount).dividedBy(whole).toNumber();
  const covers = Object.entries(budget.subject)
    .map(([field, value]) => `${field} ${value}`)
    .join(', ');
  const beyond = over && spent !== null ? decimalString(decimal(spent.amount).minus(whole)) : null;
  return (
    <tr>
      <th scope="row" data-tip={`Covers ${covers}`}>
        <Link to="/budgets/$budget" params={{ budget: budget.name }} className={table.rowLink}>
          {budget.name}
        </Link>
      </th>
      <td className={styles.barColumn}>
        <ShareBar ratio={ratio} variable={over ? '--bad' : '--cost-fill'} />
      </td>
      <td className={table.number}>
        {spent === null ? <Unknown reason={unknown} /> : <MoneyFigure money={spent} />} <SpentToDate budget={budget} />
        {budget.conversion !== null && (
          <span className={`${table.subLine} ${table.wideOnly}`}>
            converted <RatesText currency={budget.limit.currency} {...budget.conversion} />
          </span>
        )}
      </td>
      <td className={table.number}>
        <MoneyFigure money={budget.limit} />
      </td>
      <td className={table.number}>
        {budget.remaining === null ? (
          <Unknown reason={unknown} />
        ) : beyond !== null ? (
          <span className={styles.over}>✕ {formatShare(beyond, budget.limit.amount) ?? ''} over </span>
        ) : (
          <MoneyFigure money={{ amount: budget.remaining, currency: budget.limit.currency }} />
        )}
      </td>
    </tr>
  );
}
