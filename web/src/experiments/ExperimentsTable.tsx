import { useMemo } from 'react';
import type { ExperimentActivity } from '../../../src/mlops/run-views/run-table/schema.ts';
import type { Experiment } from '../../../src/mlops/runs/schema.ts';
import { formatMetricName } from '../format/metric-name.ts';
import { formatCount } from '../format/number.ts';
import { SortHead } from '../table/SortHead.tsx';
import table from '../table/table.module.css';
import { useSorted } from '../table/use-sorted.ts';
import { addedUp } from './added-up.ts';
import { CostSum } from './CostSum.tsx';
import { ExperimentRow } from './ExperimentRow.tsx';
import { buildExperimentOrders } from './experiment-orders.ts';
import styles from './experiments.module.css';
import type { MoveExperiment } from './use-move-experiment.ts';

interface ExperimentsTableProps {
  readonly experiments: readonly Experiment[];
  readonly activity: readonly ExperimentActivity[] | undefined;
  readonly failed: Error | null;
  readonly metric: string | undefined;
  readonly moving: MoveExperiment;
}

/** Experiments with their activity, the one with the latest run first; the last row is the total. */
export function ExperimentsTable({ experiments, activity, failed, metric, moving }: ExperimentsTableProps) {
  const sum = activity === undefined ? undefined : addedUp(activity);
  const orders = useMemo(() => buildExperimentOrders(activity ?? []), [activity]);
  const latestFirst = useMemo(() => experiments.toSorted((a, b) => orders.last?.(b, a) ?? 0), [experiments, orders]);
  const { sorted, sort } = useSorted(latestFirst, orders);
  return (
    <table className={table.table} data-testid="experiments">
      <thead>
        <tr>
          <SortHead column="name" sort={sort}>
            Experiment
          </SortHead>
          <SortHead column="runs" sort={sort} numeric>
            Runs
          </SortHead>
          <SortHead column="last" sort={sort} className={table.wideOnly}>
            Last run started
          </SortHead>
          <SortHead column="status" sort={sort} className={table.wideOnly}>
            Last status
          </SortHead>
          {metric !== undefined && (
            <SortHead column="best" sort={sort} numeric className={styles.quality}>
              Best {formatMetricName(metric)}
            </SortHead>
          )}
          <SortHead column="cost" sort={sort} numeric className={styles.cost}>
            Cost
          </SortHead>
          <th scope="col" className={table.wideOnly}>
            <span className="visually-hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {sorted.map((experiment) => (
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
          <td className={table.wideOnly} />
          {metric !== undefined && <td />}
          <td className={`${table.number} ${styles.cost}`}>{sum !== undefined && <CostSum sum={sum} />}</td>
          <td className={table.wideOnly} />
        </tr>
      </tfoot>
    </table>
  );
}
