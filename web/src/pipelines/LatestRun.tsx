import { Link } from '@tanstack/react-router';
import type { Pipeline } from '../../../src/mlops/pipelines/schema.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import { formatDuration } from '../runs/duration.ts';
import { tookMs } from './run-times.ts';

/** The newest run of all pipelines with its result, duration and cost; nothing before the first run has ended. */
export function LatestRun({ pipelines }: { readonly pipelines: readonly Pipeline[] }) {
  const [last] = pipelines
    .flatMap(({ lastRun }) => (lastRun?.endedAt == null ? [] : [lastRun]))
    .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
  if (last === undefined) return null;
  const { pipeline, number, state, cost } = last;
  const took = tookMs(last, 0);
  return (
    <>
      The latest run,{' '}
      <Link to="/pipelines/$pipeline/runs/$run" params={{ pipeline, run: String(number) }} className={parts.textLink}>
        {pipeline} #{number}
      </Link>
      , {state === 'stopped' ? 'was stopped' : state}
      {took !== null && ` after ${formatDuration(took)}`}
      {cost !== null && (
        <>
          {' '}
          at <MoneyFigure money={cost} />
        </>
      )}
      .
    </>
  );
}
