import { Link } from '@tanstack/react-router';
import type { ExperimentActivity } from '../../../src/mlops/run-views/run-table/schema.ts';
import type { Experiment } from '../../../src/mlops/runs/schema.ts';
import { counted } from '../format/number.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Instant } from '../parts/Instant.tsx';
import parts from '../parts/parts.module.css';
import { describeReadError } from '../parts/read-error.ts';
import { addedUp } from './added-up.ts';
import { CostSum } from './CostSum.tsx';
import type { ExperimentsSearch } from './experiments-search.ts';

interface ExperimentsAnswerProps {
  readonly experiments: readonly Experiment[];
  readonly activity: readonly ExperimentActivity[] | undefined;
  readonly error: Error | null;
  readonly search: ExperimentsSearch;
}

/** Number of experiments and runs, the experiment with the latest run, and the cost of all runs. */
export function ExperimentsAnswer({ experiments, activity, error, search }: ExperimentsAnswerProps) {
  if (error !== null) return describeReadError(error, 'The experiments');
  const stage = search.view === 'deleted' ? 'deleted experiment' : 'experiment';
  const called = search.name === undefined ? '' : ` with a name like “${search.name}”`;
  if (experiments.length === 0) return `No ${stage}${called}.`;
  if (search.view === 'deleted') return `${counted(experiments.length, stage)}${called}. They can be restored.`;
  if (activity === undefined) return <AnswerPending />;
  const sum = addedUp(activity);
  if (sum.runs === 0) return 'No run has been logged yet.';
  const last = activity.reduce<ExperimentActivity | null>(
    (newest, one) => ((one.lastRunAt ?? '') > (newest?.lastRunAt ?? '') ? one : newest),
    null,
  );
  const name = experiments.find((one) => one.experimentId === last?.experimentId)?.name;
  return (
    <>
      {counted(sum.runs, 'run')} in {counted(experiments.length, stage)}
      {called}
      {sum.costs.length === 0 ? (
        ', of unknown cost'
      ) : (
        <>
          {' '}
          for <CostSum sum={sum} />
        </>
      )}
      {last?.lastRunAt != null && (
        <>
          ; the last one started in{' '}
          <Link to="/experiments/$experimentId" params={{ experimentId: last.experimentId }} className={parts.textLink}>
            {name}
          </Link>{' '}
          on <Instant at={last.lastRunAt} />
        </>
      )}
      .
    </>
  );
}
