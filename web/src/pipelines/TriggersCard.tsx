import { useQuery } from '@tanstack/react-query';
import { listPipelineTriggers } from '../../../src/mlops/triggers/schema.ts';
import { endpointQuery } from '../client.ts';
import { Card } from '../parts/Card.tsx';
import { Instant } from '../parts/Instant.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import styles from './pipelines.module.css';

/** Triggers of a pipeline with their next look and their problem; nothing when it has none. */
export function TriggersCard({ pipeline }: { readonly pipeline: string }) {
  const { data } = useQuery(endpointQuery(listPipelineTriggers, { params: { pipeline } }));
  if (data === undefined || data.triggers.length === 0) return null;
  return (
    <Card title="Triggers" flush>
      <table className={table.table} aria-label={`Triggers of ${pipeline}`}>
        <thead>
          <tr>
            <th scope="col">Trigger</th>
            <th scope="col">Waits for</th>
            <th scope="col">Next check</th>
          </tr>
        </thead>
        <tbody>
          {data.triggers.map(({ trigger, waitsFor, nextAt, problem }) => (
            <tr key={trigger}>
              <th scope="row">{trigger}</th>
              <td>
                {waitsFor}
                {problem !== null && <span className={styles.problem}>{problem}</span>}
              </td>
              <td>{nextAt === null ? <Unknown reason="Not scheduled." /> : <Instant at={nextAt} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
