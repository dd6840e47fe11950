import type { Budget } from '../../../src/finops/budgets/schema.ts';
import { decimal, decimalString } from '../../../src/platform/units/schema.ts';
import { formatShare } from '../format/number.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { ShareBar } from '../parts/ShareBar.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import { isOver, spentOf } from './budget-state.ts';
import styles from './overview.module.css';

const NO_COST = 'No charge and no priced usage has arrived for this month yet.';

/** One budget: what is spent of it and what is left; over is said in words first. */
export function BudgetRow({ budget }: { readonly budget: Budget }) {
  const spent = spentOf(budget);
  const over = isOver(budget) === true;
  const whole = decimal(budget.limit.amount);
  const ratio = spent === null || whole.isZero() ? 0 : decimal(spent.amount).dividedBy(whole).toNumber();
  const covers = Object.entries(budget.subject)
    .map(([field, value]) => `${field} ${value}`)
    .join(', ');
  const left = budget.remaining === null ? null : decimalString(decimal(budget.remaining).abs());
  return (
    <tr>
      <th scope="row" data-tip={`Covers ${covers}`}>
        {budget.name}
      </th>
      <td className={styles.barColumn}>
        <ShareBar ratio={ratio} variable={over ? '--bad' : '--cost-fill'} />
      </td>
      <td className={table.number}>{spent === null ? <Unknown reason={NO_COST} /> : <MoneyFigure money={spent} />}</td>
      <td className={table.number}>
        <MoneyFigure money={budget.limit} />
      </td>
      <td className={table.number}>
        {left === null ? (
          <Unknown reason={NO_COST} />
        ) : over ? (
          <span className={styles.over}>✕ {formatShare(left, budget.limit.amount) ?? ''} over </span>
        ) : (
          <MoneyFigure money={{ amount: left, currency: budget.limit.currency }} />
        )}
      </td>
    </tr>
  );
}
