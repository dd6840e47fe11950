import type { LeftOut } from '../../../src/tradeoff/frontier/schema.ts';
import { Card } from '../parts/Card.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import { groupLeftOut } from './left-out-groups.ts';
import styles from './tradeoffs.module.css';

/** Versions and configurations that are no points, with the reason; those with one reason are in one row. */
export function LeftOutCard({ leftOut }: { readonly leftOut: readonly LeftOut[] }) {
  return (
    <Card
      title="Not on the chart"
      note="An unknown cost or quality is not zero: these versions are not compared."
      flush
    >
      <SortableTable
        label="Not on the chart"
        rows={groupLeftOut(leftOut)}
        columns={[
          { head: 'Versions', by: (one) => one.versions.join(', ') },
          { head: 'Unknown', by: (one) => one.missing },
          { head: 'Reason', by: (one) => one.reason },
        ]}
        row={({ versions, hardware, missing, reason }) => (
          <tr key={`${missing} ${hardware} ${reason}`}>
            <th scope="row">
              {versions.map((version) => `v${version}`).join(', ')}
              {hardware !== null && <span className={table.subLine}>{hardware}</span>}
            </th>
            <td>{missing}</td>
            <td className={styles.reason}>{reason}</td>
          </tr>
        )}
      />
    </Card>
  );
}
