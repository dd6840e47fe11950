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

type Row = Returns['costsWithoutValue'][number];

const MOST_LISTED = 20;
const NOTE = 'An unknown amount is not zero: these are in no contribution.';

/** Subjects of which only one side is known, with the reason. */
export function UnmatchedCard({ title, by, rows }: UnmatchedCardProps) {
  const amount = title === 'Costs without value' ? 'Cost' : 'Value';
  const more = rows.length - MOST_LISTED;
  const shared = findSharedReason(rows);
  return (
    <Card title={title} note={shared === null ? NOTE : `All ${rows.length}: ${shared}. ${NOTE}`} flush>
      <SortableTable
        label={title}
        rows={rows}
        most={MOST_LISTED}
        columns={[
          { head: DIMENSIONS[by].label, by: (one) => one.key ?? DIMENSIONS[by].none },
          { head: amount, by: (one) => one.amount.amount, numeric: true },
          ...(shared === null ? [{ head: 'Reason', by: (one: Row) => one.reason }] : []),
        ]}
        row={({ key, amount: money, reason }) => (
          <tr key={key ?? ''}>
            <th scope="row">{key ?? DIMENSIONS[by].none}</th>
            <td className={table.number}>
              <MoneyFigure money={money} />
            </td>
            {shared === null && <td className={styles.reason}>{reason}</td>}
          </tr>
        )}
      />
      {more > 0 && <p className={styles.more}>{more} more are in the CSV.</p>}
    </Card>
  );
}

/** The reason that all rows have; null: they differ, or there is one row. */
function findSharedReason(rows: readonly Row[]): string | null {
  const [first, ...others] = rows;
  if (first === undefined || others.length === 0) return null;
  return others.every(({ reason }) => reason === first.reason) ? first.reason : null;
}
