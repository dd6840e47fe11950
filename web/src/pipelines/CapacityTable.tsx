import type { PipelineStep } from '../../../src/mlops/pipelines/schema.ts';
import { Instant } from '../parts/Instant.tsx';
import { SortableTable } from '../table/SortableTable.tsx';

/** Of a step with a deadline on spot capacity: where each try was decided to run, and why. */
export function CapacityTable({ step: { step, capacity } }: { readonly step: PipelineStep }) {
  return (
    <SortableTable
      label={`Capacity of ${step}`}
      rows={capacity}
      columns={[
        { head: 'Attempt', by: (one) => one.attempt },
        { head: 'Decided', by: (one) => one.at },
        { head: 'Placement and reason', by: (one) => one.reason },
      ]}
      row={({ decision, attempt, at, reason }) => (
        <tr key={decision}>
          <th scope="row">{attempt}</th>
          <td>
            <Instant at={at} />
          </td>
          <td>{reason}</td>
        </tr>
      )}
    />
  );
}
