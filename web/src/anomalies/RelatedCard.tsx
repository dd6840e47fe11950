import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { listAnomalies } from '../../../src/finops/anomalies/schema.ts';
import { endpointQuery } from '../client.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import layout from '../parts/layout.module.css';
import parts from '../parts/parts.module.css';
import table from '../table/table.module.css';
import { DirectionMark } from './DirectionMark.tsx';
import { daysText, formatTitle } from './words.ts';

interface RelatedCardProps {
  readonly related: readonly string[];
  readonly repeats: readonly string[];
}

/** Other measures of the same owner on the same days, and the same cause on other days. */
export function RelatedCard({ related, repeats }: RelatedCardProps) {
  const all = useQuery(endpointQuery(listAnomalies, { query: {} }));
  const find = (id: string) => all.data?.anomalies.find((anomaly) => anomaly.id === id);
  if (related.length === 0 && repeats.length === 0) {
    return (
      <Card title="Related anomalies">
        <EmptyState
          shows="Other measures of the same owner on the same days, and the same cause on other days."
          why="This anomaly has none."
        />
      </Card>
    );
  }
  const listIds = (ids: readonly string[], why: string) =>
    ids.map((id) => {
      const one = find(id);
      return (
        <tr key={id}>
          <th scope="row">
            <Link to="/anomalies/$anomaly" params={{ anomaly: id }} className={parts.textLink}>
              {one === undefined ? id : formatTitle(one)}
            </Link>
            <span className={layout.sub}>{why}</span>
          </th>
          <td>{one !== undefined && <DirectionMark anomaly={one} />}</td>
          <td className={table.number}>{one !== undefined && daysText(one)}</td>
        </tr>
      );
    });
  return (
    <Card title="Related anomalies" note="Probably of the same cause." flush>
      <table className={table.table} aria-label="Related anomalies">
        <tbody>
          {listIds(related, 'Another measure of the same owner on the same days')}
          {listIds(repeats, 'The same charge on other days')}
        </tbody>
      </table>
    </Card>
  );
}
