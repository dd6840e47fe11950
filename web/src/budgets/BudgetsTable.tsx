import { Link } from '@tanstack/react-router';
import type { Budget } from '../../../src/finops/budgets/schema.ts';
import { subjectText } from '../allocation/rule-text.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { RatesText } from '../parts/RatesText.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import { BudgetStateMark } from './BudgetStateMark.tsx';
import { type BudgetInTree, inTreeOrder } from './budget-tree.ts';
import styles from './budgets.module.css';
import { DrawnBar } from './DrawnBar.tsx';
import { SpentToDate } from './SpentToDate.tsx';
import { EVEN_BURN, everyText, NO_COST, NO_FORECAST, windowText } from './words.ts';

const INDENT = 20;

/** The tree of budgets: spent, reserved and remaining amount of each, and its projected end. */
export function BudgetsTable({ budgets }: { readonly budgets: readonly Budget[] }) {
  return (
    <table className={table.table} data-testid="budgets">
      <thead>
        <tr>
          <th scope="col">Budget</th>
          <th scope="col">Status</th>
          <th scope="col" className={styles.barColumn}>
            <span className="visually-hidden">Share drawn</span>
          </th>
          <th scope="col" className={table.number}>
            Spent
          </th>
          <th scope="col" className={`${table.number} ${table.wideOnly}`}>
            Reserved
          </th>
          <th scope="col" className={`${table.number} ${table.wideOnly}`}>
            Projected at the end
          </th>
          <th scope="col" className={table.number}>
            Limit
          </th>
          <th scope="col" className={table.wideOnly}>
            Window
          </th>
        </tr>
      </thead>
      <tbody>
        {inTreeOrder(budgets).map((row) => (
          <BudgetRow key={row.budget.name} row={row} />
        ))}
      </tbody>
    </table>
  );
}

function BudgetRow({ row: { budget, depth } }: { readonly row: BudgetInTree }) {
  const { name, subject, spent, reserved, forecast, forecastBasis, limit, state, conversion } = budget;
  return (
    <tr>
      <th scope="row">
        <span className={`${styles.name} ${depth > 0 ? styles.part : ''}`} style={{ paddingLeft: depth * INDENT }}>
          <Link to="/budgets/$budget" params={{ budget: name }} className={table.rowLink}>
            {name}
          </Link>
        </span>{' '}
        <span className={`${table.sub} ${table.wideOnly}`}>{coveredText(subject)}</span>
      </th>
      <td>
        <BudgetStateMark state={state} />
      </td>
      <td className={styles.barColumn}>
        <DrawnBar budget={budget} />
      </td>
      <td className={table.number}>
        {spent === null ? <Unknown reason={budget.billedReason ?? NO_COST} /> : <MoneyFigure money={spent} />}{' '}
        <SpentToDate budget={budget} />
        {conversion !== null && (
          <span className={`${table.subLine} ${table.wideOnly}`}>
            converted <RatesText currency={limit.currency} {...conversion} />
          </span>
        )}
      </td>
      <td className={`${table.number} ${table.wideOnly}`}>
        <MoneyFigure money={reserved} />
      </td>
      <td className={`${table.number} ${table.wideOnly}`}>
        {forecast === null ? <Unknown reason={NO_FORECAST} /> : <MoneyFigure money={forecast} />}
        {forecastBasis === 'evenBurn' && <span className={table.subLine}>{EVEN_BURN}</span>}
      </td>
      <td className={table.number}>
        <MoneyFigure money={limit} />
      </td>
      <td className={`${table.wideOnly} ${styles.window}`} data-tip={windowText(budget)}>
        {everyText(budget.every)}
      </td>
    </tr>
  );
}

function coveredText(subject: Budget['subject']): string {
  return Object.keys(subject).length === 0 ? 'everything' : subjectText(subject);
}
