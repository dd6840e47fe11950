import type { BudgetRefusal } from '../../../src/finops/budgets/refusals/schema.ts';
import { Instant } from '../parts/Instant.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
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
    <SortableTable
      label={`Refusals of ${name}`}
      rows={refusals}
      columns={[
        { head: 'Requested by', by: (one) => one.subject.pipeline ?? one.subject.run ?? one.reservation },
        { head: 'Refused', by: (one) => one.refusedAt },
        { head: 'Resource', by: (one) => one.resource, className: table.wideOnly },
        { head: 'Needed', by: (one) => one.needed?.amount, numeric: true },
        { head: 'Remaining', by: (one) => one.left?.amount, numeric: true },
        { head: 'Reason', by: (one) => one.detail, className: table.wideOnly },
      ]}
      row={(one) => (
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
      )}
    />
  );
}
