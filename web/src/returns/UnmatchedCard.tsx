import type { Returns } from '../../../src/tradeoff/returns/schema.ts';
import { Card } from '../parts/Card.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
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
      <SortableTable
        label={title}
        rows={rows}
        most={MOST_LISTED}
        columns={[
          { head: DIMENSIONS[by].label, by: (one) => one.key ?? DIMENSIONS[by].none },
          { head: amount, by: (one) => one.amount.amount, numeric: true },
          { head: 'Reason', by: (one) => one.reason },
        ]}
        row={({ key, amount: money, reason }) => (
          <tr key={key ?? ''}>
            <th scope="row">{key ?? DIMENSIONS[by].none}</th>
            <td className={table.number}>
              <MoneyFigure money={money} />
            </td>
            <td className={styles.reason}>{reason}</td>
          </tr>
        )}
      />
      {more > 0 && <p className={styles.more}>{more} more are in the CSV.</p>}
    </Card>
  );
}
