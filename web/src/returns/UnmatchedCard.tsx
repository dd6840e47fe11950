import type { Returns } from '../../../src/tradeoff/returns/schema.ts';
import { Card } from '../parts/Card.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import table from '../table/table.module.css';
import { DIMENSIONS } from './return-columns.tsx';
import styles from './returns.module.css';

interface UnmatchedCardProps {
  readonly title: 'Costs without value' | 'Value without cost';
  readonly by: Returns['by'];
  readonly rows: Returns['costsWithoutValue'];
}

const MOST_LISTED = 20;

/** Subjects of which only one side is known, with the reason. */
export function UnmatchedCard({ title, by, rows }: UnmatchedCardProps) {
  const amount = title === 'Costs without value' ? 'Cost' : 'Value';
  const more = rows.length - MOST_LISTED;
  return (
    <Card title={title} note="An unknown amount is not zero: these are in no contribution." flush>
      <table className={table.table} aria-label={title}>
        <thead>
          <tr>
            <th scope="col">{DIMENSIONS[by].label}</th>
            <th scope="col" className={table.number}>
              {amount}
            </th>
            <th scope="col">Reason</th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST_LISTED).map(({ key, amount: money, reason }) => (
            <tr key={key ?? ''}>
              <th scope="row">{key ?? DIMENSIONS[by].none}</th>
              <td className={table.number}>
                <MoneyFigure money={money} />
              </td>
              <td className={styles.reason}>{reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && <p className={styles.more}>{more} more are in the CSV.</p>}
    </Card>
  );
}
