import type { RecommendationList } from '../../../src/tradeoff/recommendations/schema.ts';
import { formatInstant } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import { KINDS } from './words.ts';

/** Kinds of savings that were searched, and the inputs that some of them lack. */
export function SearchedCard({ list: { searched, lookedAt } }: { readonly list: RecommendationList }) {
  return (
    <Card
      title="Savings scans"
      note={lookedAt === null ? undefined : `Last scan ${formatInstant(lookedAt)}; every hour.`}
      flush
    >
      <SortableTable
        label="Savings scans"
        rows={searched}
        columns={[
          { head: 'Kind', by: (one) => KINDS[one.kind] },
          { head: 'Found', by: (one) => one.found, numeric: true },
          { head: 'Missing input', by: (one) => one.reason },
        ]}
        row={({ kind, found, reason }) => (
          <tr key={kind}>
            <th scope="row">{KINDS[kind]}</th>
            <td className={table.number}>
              {found === null ? <Unknown reason={reason ?? 'The scan could not run.'} /> : found}
            </td>
            <td>{reason ?? 'nothing'}</td>
          </tr>
        )}
      />
    </Card>
  );
}
