import type { Run } from '../../../src/mlops/runs/schema.ts';
import { formatMetricName } from '../format/metric-name.ts';
import { formatMeasure } from '../format/number.ts';
import { CostFigure } from './CostFigure.tsx';
import { formatDuration } from './duration.ts';
import { keyMetric } from './metric-words.ts';
import { durationMs, soFarMs } from './run-columns.ts';

const STATUS_TEXTS: Readonly<Record<Run['status'], string>> = {
  RUNNING: 'is running',
  SCHEDULED: 'is scheduled',
  FINISHED: 'finished',
  FAILED: 'failed',
  KILLED: 'was killed',
};

interface RunAnswerProps {
  readonly run: Run;
  /** Time of the data, in Unix milliseconds; the duration of an active run counts up to it. */
  readonly asOfMs: number;
}

/** Result of the run, in one sentence with its figures. */
export function RunAnswer({ run, asOfMs }: RunAnswerProps) {
  const duration = durationMs(run);
  const soFar = soFarMs(run, asOfMs);
  const numbers = Object.keys(run.metrics).filter((key) => run.metrics[key] !== null);
  const metric = keyMetric(numbers) ?? keyMetric(Object.keys(run.metrics));
  const value = metric === undefined ? undefined : run.metrics[metric];
  const [low, high] = [run.metrics[`${metric}.ci_lower`], run.metrics[`${metric}.ci_upper`]];
  return (
    <>
      <span data-testid="headline">
        {run.runName} {STATUS_TEXTS[run.status]}
        {soFar !== null && ` for ${formatDuration(soFar)} so far`}
        {duration !== null && ` ${run.status === 'FINISHED' ? 'in' : 'after'} ${formatDuration(duration)}`}
      </span>
      {metric !== undefined && value !== undefined && (
        <>
          {' '}
          with <span data-tip={metric}>{formatMetricName(metric)}</span> {value === null ? 'NaN' : formatMeasure(value)}
          {low != null && high != null && ` (${formatMeasure(low)} to ${formatMeasure(high)})`}
        </>
      )}
      {run.cost.total.cost === null ? (
        '; its cost is not known'
      ) : (
        <>
          {' '}
          for <CostFigure total={run.cost.total} />
        </>
      )}
      {(metric === undefined || value === undefined) && '; it logged no metric'}.
    </>
  );
}
