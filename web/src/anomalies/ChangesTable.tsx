import type { ReactNode } from 'react';
import type { AnomalyRow } from '../../../src/finops/anomalies/schema.ts';
import { MoneyDelta } from '../parts/MoneyDelta.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import styles from './anomalies.module.css';

/** Amounts of one currency, as decimals. */
type Amounts = Pick<AnomalyRow, 'expected' | 'actual' | 'change'>;

interface ChangesTableProps {
  readonly label: string;
  /** Header of the first column: the noun for a line. */
  readonly of: string;
  readonly lines: readonly { readonly key: string; readonly name: ReactNode; readonly amounts: Amounts }[];
  readonly together: Amounts;
  readonly currency: string;
}

/** Expected and actual amounts, line by line and in total. */
export function ChangesTable({ label, of, lines, together, currency }: ChangesTableProps) {
  return (
    <SortableTable
      label={label}
      rows={lines}
      columns={[
        { head: of, by: (one) => one.key },
        { head: 'Expected', by: (one) => one.amounts.expected, numeric: true, className: table.wideOnly },
        { head: 'Actual', by: (one) => one.amounts.actual, numeric: true },
        { head: 'Change', by: (one) => one.amounts.change, numeric: true },
      ]}
      row={({ key, name, amounts }) => (
        <tr key={key}>
          <th scope="row" className={styles.value}>
            {name}
          </th>
          <AmountCells amounts={amounts} currency={currency} />
        </tr>
      )}
      foot={
        <tfoot>
          <tr>
            <th scope="row">Total</th>
            <AmountCells amounts={together} currency={currency} />
          </tr>
        </tfoot>
      }
    />
  );
}

function AmountCells({ amounts, currency }: { readonly amounts: Amounts; readonly currency: string }) {
  const { expected, actual, change } = amounts;
  return (
    <>
      <td className={`${table.number} ${table.wideOnly}`}>
        <MoneyFigure money={{ amount: expected, currency }} />
      </td>
      <td className={table.number}>
        <MoneyFigure money={{ amount: actual, currency }} />
      </td>
      <td className={table.number}>
        <MoneyDelta money={{ amount: change, currency }} />
      </td>
    </>
  );
}
