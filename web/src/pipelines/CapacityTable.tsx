import type { PipelineStep } from '../../../src/mlops/pipelines/schema.ts';
import { Instant } from '../parts/Instant.tsx';
import table from '../table/table.module.css';
import { WideTable } from './WideTable.tsx';

/** Of a step with a deadline on spot capacity: where each try was decided to run, and why. */
export function CapacityTable({ step: { step, capacity } }: { readonly step: PipelineStep }) {
  return (
    <WideTable label={`Capacity of ${step}`}>
      <table className={table.table} aria-label={`Capacity of ${step}`}>
        <thead>
          <tr>
            <th scope="col">Attempt</th>
            <th scope="col">Decided</th>
            <th scope="col">Placement and reason</th>
          </tr>
        </thead>
        <tbody>
          {capacity.map(({ decision, attempt, at, reason }) => (
            <tr key={decision}>
              <th scope="row">{attempt}</th>
              <td>
                <Instant at={at} />
              </td>
              <td>{reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </WideTable>
  );
}
