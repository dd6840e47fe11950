import type { BudgetRefusal } from '../../../src/finops/budgets/refusals/schema.ts';
import { Instant } from '../parts/Instant.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import styles from './budgets.module.css';
import { RefusedWork } from './RefusedWork.tsx';

const NO_PRICE = 'The work, or usage that the budget covers, has no price.';

interface RefusalsTableProps {
  readonly name: string;
  readonly refusals: readonly BudgetRefusal[];
}

/** Refused requests, latest first. */
export function RefusalsTable({ name, refusals }: RefusalsTableProps) {
  return (
    <table className={table.table} aria-label={`Refusals of ${name}`}>
      <thead>
        <tr>
          <th scope="col">Requested by</th>
          <th scope="col">Refused</th>
          <th scope="col" className={table.wideOnly}>
            Resource
          </th>
          <th scope="col" className={table.number}>
            Needed
          </th>
          <th scope="col" className={table.number}>
            Remaining
          </th>
          <th scope="col" className={table.wideOnly}>
            Reason
          </th>
        </tr>
      </thead>
      <tbody>
        {refusals.map((one) => (
          <tr key={one.reservation}>
            <th scope="row">
              <RefusedWork refusal={one} />
            </th>
            <td>
              <Instant at={one.refusedAt} />
              {one.times > 1 && <span className={table.subLine}>{one.times} times</span>}
            </td>
            <td className={table.wideOnly}>
              {one.quantity} × {one.resource}
            </td>
            <td className={table.number}>
              {one.needed === null ? <Unknown reason={NO_PRICE} /> : <MoneyFigure money={one.needed} />}
            </td>
            <td className={table.number}>
              {one.left === null ? <Unknown reason={NO_PRICE} /> : <MoneyFigure money={one.left} />}
            </td>
            <td className={`${table.wideOnly} ${styles.reason}`}>{one.detail}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
