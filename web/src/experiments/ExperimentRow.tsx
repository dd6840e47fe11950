import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ExperimentActivity } from '../../../src/mlops/run-views/run-table/schema.ts';
import type { Experiment } from '../../../src/mlops/runs/schema.ts';
import { formatMetricName } from '../format/metric-name.ts';
import { formatCount, formatMeasure } from '../format/number.ts';
import { Instant } from '../parts/Instant.tsx';
import { Skeleton } from '../parts/Skeleton.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { StatusMark } from '../runs/StatusMark.tsx';
import table from '../table/table.module.css';
import { CostSum } from './CostSum.tsx';
import styles from './experiments.module.css';
import type { MoveExperiment } from './use-move-experiment.ts';

interface ExperimentRowProps {
  readonly experiment: Experiment;
  /** undefined until it has come. */
  readonly activity: ExperimentActivity | undefined;
  readonly failed: Error | null;
  readonly metric: string | undefined;
  readonly moving: MoveExperiment;
}

/** One experiment: its name immediately, its activity once it is loaded. */
export function ExperimentRow({ experiment, activity, failed, metric, moving }: ExperimentRowProps) {
  const { experimentId, name, lifecycleStage } = experiment;
  const pending = failed === null ? <Skeleton height={16} width={72} /> : <Unknown reason={failed.message} />;
  const renderFigure = (what: (of: ExperimentActivity) => ReactNode) =>
    activity === undefined ? pending : what(activity);
  const done = lifecycleStage === 'active' ? 'deleted' : 'restored';
  return (
    <tr>
      <th scope="row">
        <Link to="/experiments/$experimentId" params={{ experimentId }} className={table.rowLink}>
          {name}
        </Link>
      </th>
      <td className={table.number}>{renderFigure(({ runs }) => formatCount(runs))}</td>
      <td className={table.wideOnly}>
        {renderFigure(({ lastRunAt }) =>
          lastRunAt === null ? <Unknown reason="No run yet." /> : <Instant at={lastRunAt} />,
        )}
      </td>
      <td className={table.wideOnly}>
        {renderFigure(({ lastStatus }) =>
          lastStatus === null ? <Unknown reason="No run yet." /> : <StatusMark status={lastStatus} />,
        )}
      </td>
      {metric !== undefined && (
        <td className={`${table.number} ${styles.quality}`}>
          {renderFigure(({ best }) =>
            best === null ? (
              <Unknown reason={`No run of it has logged ${formatMetricName(metric)}.`} />
            ) : (
              <data value={String(best.value)} data-tip={`${best.value}, by ${best.runName}`}>
                {formatMeasure(best.value)}
              </data>
            ),
          )}
        </td>
      )}
      <td className={`${table.number} ${styles.cost}`}>
        {renderFigure(({ cost }) => (
          <CostSum sum={cost} />
        ))}
      </td>
      <td className={`${table.wideOnly} ${styles.act}`}>
        <details className={styles.menu}>
          <summary aria-label={`Actions for ${name}`}>⋯</summary>
          <button
            type="button"
            className={styles.menuItem}
            disabled={moving.move.isPending}
            aria-label={`${done === 'deleted' ? 'Delete' : 'Restore'} ${name}`}
            onClick={() => moving.move.mutate({ done, experimentId, name })}
          >
            {done === 'deleted' ? 'Delete' : 'Restore'}
          </button>
        </details>
      </td>
    </tr>
  );
}
