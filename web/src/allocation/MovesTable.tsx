import type { Preview } from '../../../src/finops/allocation/schema.ts';
import { counted } from '../format/number.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import styles from './allocation.module.css';
import { holderText } from './holder-text.ts';

const MAX_ROWS = 12;

/** Cost that moves between subjects, largest first. */
export function MovesTable({ moves }: { readonly moves: Preview['moves'] }) {
  return (
    <div>
      <h3 className={styles.subTitle}>Moves between owners</h3>
      <SortableTable
        testId="moves"
        className={styles.tight}
        rows={moves}
        most={MAX_ROWS}
        columns={[
          { head: 'From', by: (one) => holderText(one.from) },
          { head: 'To', by: (one) => holderText(one.to) },
          { head: 'Amount', by: (one) => one.amount, numeric: true },
        ]}
        row={(move) => (
          <tr key={`${holderText(move.from)} ${holderText(move.to)} ${move.currency}`}>
            <td>{holderText(move.from)}</td>
            <th scope="row">{holderText(move.to)}</th>
            <td className={table.number}>
              <MoneyFigure money={move} />
            </td>
          </tr>
        )}
      />
      {moves.length > MAX_ROWS && (
        <p className={styles.small}>and {counted(moves.length - MAX_ROWS, 'smaller move')}</p>
      )}
    </div>
  );
}
