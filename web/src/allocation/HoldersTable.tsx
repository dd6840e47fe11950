import type { Preview } from '../../../src/finops/allocation/schema.ts';
import { decimal } from '../../../src/platform/units/schema.ts';
import { counted } from '../format/number.ts';
import { MoneyDelta } from '../parts/MoneyDelta.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import styles from './allocation.module.css';
import { holderText } from './holder-text.ts';

const MAX_ROWS = 12;

/** Cost of each subject before and after the change, largest change first; unchanged subjects are left out. */
export function HoldersTable({ holders }: { readonly holders: Preview['holders'] }) {
  const changed = holders.filter(({ change }) => !decimal(change).isZero());
  return (
    <div>
      <h3 className={styles.subTitle}>Cost by owner</h3>
      <SortableTable
        testId="holders"
        className={styles.tight}
        rows={changed}
        most={MAX_ROWS}
        columns={[
          { head: 'Owner', by: holderText },
          { head: 'Now', by: (one) => one.before, numeric: true },
          { head: 'After', by: (one) => one.after, numeric: true },
          { head: 'Change', by: (one) => one.change, numeric: true },
        ]}
        row={(holder) => (
          <tr key={`${holderText(holder)} ${holder.currency}`}>
            <th scope="row">{holderText(holder)}</th>
            <td className={table.number}>
              <MoneyFigure money={{ amount: holder.before, currency: holder.currency }} />
            </td>
            <td className={table.number}>
              <MoneyFigure money={{ amount: holder.after, currency: holder.currency }} />
            </td>
            <td className={table.number}>
              <MoneyDelta money={{ amount: holder.change, currency: holder.currency }} />
            </td>
          </tr>
        )}
      />
      {changed.length > MAX_ROWS && (
        <p className={styles.small}>and {counted(changed.length - MAX_ROWS, 'smaller change')}</p>
      )}
    </div>
  );
}
