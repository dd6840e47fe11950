import type { ExperimentActivity } from '../../../src/mlops/run-views/run-table/schema.ts';
import type { Experiment } from '../../../src/mlops/runs/schema.ts';
import { formatCount } from '../format/number.ts';
import table from '../table/table.module.css';
import { addedUp } from './added-up.ts';
import { CostSum } from './CostSum.tsx';
import { ExperimentRow } from './ExperimentRow.tsx';
import styles from './experiments.module.css';
import type { MoveExperiment } from './use-move-experiment.ts';

interface ExperimentsTableProps {
  readonly experiments: readonly Experiment[];
  readonly activity: readonly ExperimentActivity[] | undefined;
  readonly failed: Error | null;
  readonly metric: string | undefined;
  readonly moving: MoveExperiment;
}

/** Experiments with their activity; the last row is the total. */
export function ExperimentsTable({ experiments, activity, failed, metric, moving }: ExperimentsTableProps) {
  const sum = activity === undefined ? undefined : addedUp(activity);
  return (
    <table className={table.table} data-testid="experiments">
      <thead>
        <tr>
          <th scope="col">Experiment</th>
          <th scope="col" className={table.number}>
            Runs
          </th>
          <th scope="col" className={table.wideOnly}>
            Last run started
          </th>
          {metric !== undefined && (
            <th scope="col" className={`${table.number} ${styles.quality}`}>
              Best {metric}
            </th>
          )}
          <th scope="col" className={`${table.number} ${styles.cost}`}>
            Cost
          </th>
          <th scope="col" className={table.wideOnly}>
            <span className="visually-hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {experiments.map((experiment) => (
          <ExperimentRow
            key={experiment.experimentId}
            experiment={experiment}
            activity={activity?.find((one) => one.experimentId === experiment.experimentId)}
            failed={failed}
            metric={metric}
            moving={moving}
          />
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">Total</th>
          <td className={table.number} data-testid="runs-total">
            {sum === undefined ? '' : formatCount(sum.runs)}
          </td>
          <td className={table.wideOnly} />
          {metric !== undefined && <td />}
          <td className={`${table.number} ${styles.cost}`}>{sum !== undefined && <CostSum sum={sum} />}</td>
          <td className={table.wideOnly} />
        </tr>
      </tfoot>
    </table>
  );
}
