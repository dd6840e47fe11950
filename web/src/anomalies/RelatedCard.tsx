import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { listAnomalies } from '../../../src/finops/anomalies/schema.ts';
import { endpointQuery } from '../client.ts';
import { Card } from '../parts/Card.tsx';
import parts from '../parts/parts.module.css';
import table from '../table/table.module.css';
import { DirectionMark } from './DirectionMark.tsx';
import { daysText, formatTitle } from './words.ts';

/** Other measures of the same owner on the same days, such as a bill that rose and GPUs that are idle. */
export function RelatedCard({ related }: { readonly related: readonly string[] }) {
  const all = useQuery(endpointQuery(listAnomalies, { query: {} }));
  const visible = all.data?.anomalies.filter(({ id }) => related.includes(id)) ?? [];
  return (
    <Card
      title="Related anomalies"
      note="Another measure of the same owner on the same days: probably the same cause."
      flush
    >
      <table className={table.table} aria-label="Related anomalies">
        <tbody>
          {related.map((id) => {
            const one = visible.find((anomaly) => anomaly.id === id);
            return (
              <tr key={id}>
                <th scope="row">
                  <Link to="/anomalies/$anomaly" params={{ anomaly: id }} className={parts.textLink}>
                    {one === undefined ? id : formatTitle(one)}
                  </Link>
                </th>
                <td>{one !== undefined && <DirectionMark anomaly={one} />}</td>
                <td className={table.number}>{one !== undefined && daysText(one)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Card>
  );
}
