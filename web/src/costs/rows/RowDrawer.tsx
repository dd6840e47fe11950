import { Link } from '@tanstack/react-router';
import { Choice } from '../../parts/Choice.tsx';
import { Dialog } from '../../parts/Dialog.tsx';
import parts from '../../parts/parts.module.css';
import { parseRowKey } from '../row-columns.ts';
import type { Group } from '../stack.ts';
import { RawLine } from './RawLine.tsx';
import { RowColumns } from './RowColumns.tsx';
import styles from './rows.module.css';

const PARTS = [
  { value: 'columns', label: 'Columns' },
  { value: 'raw', label: 'As delivered' },
] as const;

interface RowDrawerProps {
  /** Unique key of the row. */
  readonly rowKey: string;
  /** The row; undefined when it is not among those that are loaded, and then only the delivered line is shown. */
  readonly row: Group | undefined;
  readonly part: 'raw' | undefined;
  readonly onPart: (part: 'raw' | undefined) => void;
  readonly onClose: () => void;
}

/** One bill row: all its columns and its allocation, or its line in the delivered file. */
export function RowDrawer({ rowKey, row, part, onPart, onClose }: RowDrawerProps) {
  const origin = parseRowKey(rowKey);
  const openPart = row === undefined ? 'raw' : (part ?? 'columns');
  return (
    <Dialog label="Bill row" place="side" onClose={onClose}>
      <header className={styles.head}>
        <h2>Bill row</h2>
        {row !== undefined && (
          <Choice
            label="Part of the row"
            value={openPart}
            options={PARTS}
            onChange={(value) => onPart(value === 'raw' ? 'raw' : undefined)}
          />
        )}
        <button type="button" className={parts.button} onClick={onClose}>
          Close
        </button>
      </header>
      <div className={styles.body}>
        {openPart === 'columns' && row !== undefined ? <RowColumns row={row} /> : <RawLine origin={origin} />}
        <section>
          <h3 className={styles.group}>Origin</h3>
          <dl className={styles.list}>
            <div className={styles.row}>
              <dt>Delivery</dt>
              <dd>
                <Link to="/deliveries/$delivery" params={{ delivery: origin.delivery }} className={parts.textLink}>
                  {origin.delivery}
                </Link>
              </dd>
            </div>
            <div className={styles.row}>
              <dt>File</dt>
              <dd>{origin.file}</dd>
            </div>
            <div className={styles.row}>
              <dt>Record</dt>
              <dd>{origin.row}</dd>
            </div>
          </dl>
        </section>
      </div>
    </Dialog>
  );
}
