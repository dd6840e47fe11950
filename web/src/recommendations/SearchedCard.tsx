import type { RecommendationList } from '../../../src/tradeoff/recommendations/schema.ts';
import { formatInstant } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { Unknown } from '../parts/Unknown.tsx';
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
      <table className={table.table} aria-label="Savings scans">
        <thead>
          <tr>
            <th scope="col">Kind</th>
            <th scope="col" className={table.number}>
              Found
            </th>
            <th scope="col">Missing input</th>
          </tr>
        </thead>
        <tbody>
          {searched.map(({ kind, found, reason }) => (
            <tr key={kind}>
              <th scope="row">{KINDS[kind]}</th>
              <td className={table.number}>
                {found === null ? <Unknown reason={reason ?? 'The scan could not run.'} /> : found}
              </td>
              <td>{reason ?? 'nothing'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
