import { Link } from '@tanstack/react-router';
import type { Pipeline, PipelineRunSummary } from '../../../src/mlops/pipelines/schema.ts';
import { counted } from '../format/number.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import { formatDuration } from '../runs/duration.ts';
import { tookMs } from './run-times.ts';

const ENDED: Readonly<Record<PipelineRunSummary['state'], string>> = {
  waiting: 'waits for other runs to end',
  running: 'is running',
  succeeded: 'succeeded',
  failed: 'failed',
  stopped: 'was stopped',
};

/** Result of the latest run, and the recent success rate. */
export function PipelineAnswer({
  pipeline,
  runs,
}: {
  readonly pipeline: Pipeline | undefined;
  /** Latest first. */
  readonly runs: readonly PipelineRunSummary[];
}) {
  const [last] = runs;
  if (last === undefined)
    return <>No run yet{pipeline === undefined ? '.' : `; ${counted(pipeline.steps.length, 'step')}.`}</>;
  const ended = runs.filter(({ endedAt }) => endedAt !== null);
  const well = ended.filter(({ state }) => state === 'succeeded').length;
  const took = last.endedAt === null ? null : tookMs(last, 0);
  return (
    <>
      Its latest run,{' '}
      <Link
        to="/pipelines/$pipeline/runs/$run"
        params={{ pipeline: last.pipeline, run: String(last.number) }}
        className={parts.textLink}
      >
        #{last.number}
      </Link>
      , {ENDED[last.state]}
      {took !== null && ` after ${formatDuration(took)}`}
      {last.cost !== null && (
        <>
          {' '}
          at <MoneyFigure money={last.cost} />
        </>
      )}
      {ended.length > 1 && `; ${well} of the latest ${ended.length} succeeded`}.
    </>
  );
}
