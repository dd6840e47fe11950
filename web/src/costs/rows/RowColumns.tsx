import { dimensionLabel } from '../../format/dimension.ts';
import { RowValue } from '../RowValue.tsx';
import { rowGroups } from '../row-groups.ts';
import type { Group } from '../stack.ts';
import { AllocationFacts } from './AllocationFacts.tsx';
import styles from './rows.module.css';

/** Every non-empty column of a row with exact values; the empty ones are named at the end. */
export function RowColumns({ row }: { readonly row: Group }) {
  const { groups, empty } = rowGroups(row);
  const [cost, ...others] = groups;
  return (
    <>
      {cost !== undefined && <ColumnGroup row={row} {...cost} />}
      <AllocationFacts row={row} />
      {others.map((group) => (
        <ColumnGroup key={group.label} row={row} {...group} />
      ))}
      {empty.length > 0 && (
        <section>
          <h3 className={styles.group}>Empty in the bill</h3>
          <p className={styles.empty}>{empty.map(dimensionLabel).join(', ')}</p>
        </section>
      )}
    </>
  );
}

interface ColumnGroupProps {
  readonly row: Group;
  readonly label: string;
  readonly columns: readonly string[];
  readonly exact: boolean;
}

function ColumnGroup({ row, label, columns, exact }: ColumnGroupProps) {
  return (
    <section>
      <h3 className={styles.group}>{label}</h3>
      <dl className={styles.list}>
        {columns.map((column) => (
          <div key={column} className={styles.row}>
            <dt title={column}>{dimensionLabel(column)}</dt>
            <dd>{exact ? `${row[column]} ${row.billingCurrency}` : <RowValue row={row} column={column} />}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
