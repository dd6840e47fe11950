import type { DiffRow } from '../../../src/finops/billing/diff/schema.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import styles from './deliveries.module.css';
import { RowName } from './RowName.tsx';

interface DiffRowsProps {
  readonly rows: readonly DiffRow[];
  /** The delivery of the rows. */
  readonly delivery: string;
}

const EMPTY = 'Empty in the bill.';

/** Rows that are only in one of the two deliveries. */
export function DiffRows({ rows, delivery }: DiffRowsProps) {
  return (
    <SortableTable
      testId="diff-rows"
      className={styles.diff}
      rows={rows}
      columns={[
        { head: 'Row', by: (one) => `${one.file} ${one.row}` },
        { head: 'Service', by: (one) => one.serviceName },
        { head: 'Account', by: (one) => one.subAccountId, className: table.wideOnly },
        { head: 'Billed', by: (one) => one.billedCost, numeric: true },
      ]}
      row={(row) => (
        <tr key={`${row.file} ${row.row}`}>
          <th scope="row">
            <RowName row={row} delivery={delivery} />
          </th>
          <td>{row.serviceName ?? <Unknown reason={EMPTY} />}</td>
          <td className={table.wideOnly}>{row.subAccountId ?? <Unknown reason={EMPTY} />}</td>
          <td className={table.number}>
            {row.billedCost === null ? (
              <Unknown reason={EMPTY} />
            ) : (
              <MoneyFigure money={{ amount: row.billedCost, currency: row.currency }} />
            )}
          </td>
        </tr>
      )}
    />
  );
}
