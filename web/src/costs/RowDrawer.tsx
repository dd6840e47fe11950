import { dimensionLabel } from '../format/dimension.ts';
import { Dialog } from '../parts/Dialog.tsx';
import parts from '../parts/parts.module.css';
import styles from './costs.module.css';
import { RowValue } from './RowValue.tsx';
import { rowGroups } from './row-groups.ts';
import type { Group } from './stack.ts';

interface RowDrawerProps {
  readonly row: Group;
  readonly onClose: () => void;
}

/** One bill row with every column that it has, exact; the empty ones are named at the end. */
export function RowDrawer({ row, onClose }: RowDrawerProps) {
  const { groups, empty } = rowGroups(row);
  return (
    <Dialog label="Bill row" place="side" onClose={onClose}>
      <header className={styles.drawerHead}>
        <h2>Bill row</h2>
        <button type="button" className={parts.button} onClick={onClose}>
          Close
        </button>
      </header>
      <div className={styles.drawerBody}>
        {groups.map((group) => (
          <section key={group.label}>
            <h3 className={styles.drawerGroup}>{group.label}</h3>
            <dl className={styles.drawerList}>
              {group.columns.map((column) => (
                <div key={column} className={styles.drawerRow}>
                  <dt title={column}>{dimensionLabel(column)}</dt>
                  <dd>
                    {group.exact ? `${row[column]} ${row.billingCurrency}` : <RowValue row={row} column={column} />}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        {empty.length > 0 && (
          <section>
            <h3 className={styles.drawerGroup}>Left empty by the bill</h3>
            <p className={styles.drawerEmpty}>{empty.map(dimensionLabel).join(', ')}</p>
          </section>
        )}
      </div>
    </Dialog>
  );
}
