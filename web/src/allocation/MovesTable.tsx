import type { Preview } from '../../../src/finops/allocation/schema.ts';
import { counted } from '../format/number.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import table from '../table/table.module.css';
import styles from './allocation.module.css';
import { holderText } from './holder-text.ts';

const MAX_ROWS = 12;

/** Cost that moves between subjects, largest first. */
export function MovesTable({ moves }: { readonly moves: Preview['moves'] }) {
  return (
    <div>
      <h3 className={styles.subTitle}>Moves between owners</h3>
      <table className={`${table.table} ${styles.tight}`} data-testid="moves">
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <th scope="col" className={table.number}>
              Amount
            </th>
          </tr>
        </thead>
        <tbody>
          {moves.slice(0, MAX_ROWS).map((move) => (
            <tr key={`${holderText(move.from)} ${holderText(move.to)} ${move.currency}`}>
              <td>{holderText(move.from)}</td>
              <th scope="row">{holderText(move.to)}</th>
              <td className={table.number}>
                <MoneyFigure money={move} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {moves.length > MAX_ROWS && (
        <p className={styles.small}>and {counted(moves.length - MAX_ROWS, 'smaller move')}</p>
      )}
    </div>
  );
}
