import { useQuery } from '@tanstack/react-query';
import { listPipelineTriggers } from '../../../src/mlops/triggers/schema.ts';
import { endpointQuery } from '../client.ts';
import { Card } from '../parts/Card.tsx';
import { Instant } from '../parts/Instant.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import styles from './pipelines.module.css';

/** Triggers of a pipeline with their next look and their problem; nothing when it has none. */
export function TriggersCard({ pipeline }: { readonly pipeline: string }) {
  const { data } = useQuery(endpointQuery(listPipelineTriggers, { params: { pipeline } }));
  if (data === undefined || data.triggers.length === 0) return null;
  return (
    <Card title="Triggers" flush>
      <SortableTable
        label={`Triggers of ${pipeline}`}
        rows={data.triggers}
        columns={[
          { head: 'Trigger', by: (one) => one.trigger },
          { head: 'Waits for', by: (one) => one.waitsFor },
          { head: 'Next check', by: (one) => one.nextAt },
        ]}
        row={({ trigger, waitsFor, nextAt, problem }) => (
          <tr key={trigger}>
            <th scope="row">{trigger}</th>
            <td>
              {waitsFor}
              {problem !== null && <span className={styles.problem}>{problem}</span>}
            </td>
            <td>{nextAt === null ? <Unknown reason="Not scheduled." /> : <Instant at={nextAt} />}</td>
          </tr>
        )}
      />
    </Card>
  );
}
