import { counted, formatCount } from '../format/number.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { describeReadError } from '../parts/read-error.ts';
import { CostSum } from './CostSum.tsx';
import type { Runs } from './use-runs.ts';

/** Number of runs and their total cost. */
export function RunsAnswer({ runs }: { readonly runs: Runs }) {
  const { experiment, count, all, cost, filtered, search, rows } = runs;
  if (experiment.isError) return describeReadError(experiment.error, 'This experiment');
  // The figures of the previous filter do not apply to this one.
  if (experiment.data === undefined || count.isPending || count.isPlaceholderData || (filtered && all.isPending))
    return <AnswerPending />;
  const { name } = experiment.data;
  if (count.data === undefined) return <>The filter of {name} cannot be read.</>;
  const stage = search.view === 'deleted' ? 'deleted run' : 'run';
  if (count.data.runs === 0 && !filtered)
    return (
      <>
        No {stage} in {name}.
      </>
    );
  const running = (rows ?? []).filter((run) => run.status === 'RUNNING').length;
  const matching =
    filtered && all.data !== undefined
      ? `${formatCount(count.data.runs)} of ${counted(all.data.runs, stage)} in ${name} ${count.data.runs === 1 ? 'matches' : 'match'}`
      : `${counted(count.data.runs, stage)} in ${name}`;
  return (
    <>
      {matching}
      {running > 0 && search.group === undefined && `, ${formatCount(running)} of those shown still running`}
      <CostText cost={cost} count={count} />
    </>
  );
}

function CostText({ cost, count }: Pick<Runs, 'cost' | 'count'>) {
  if (count.data?.runs === 0) return '.';
  if (cost.isError) return '; their cost could not be read.';
  if (cost.data === undefined || cost.isPlaceholderData) return '; their cost is being computed.';
  const { runs, runsWithoutCost: out } = cost.data;
  if (cost.data.costs.length === 0) return '; their cost is not known.';
  return (
    <>
      ; together they cost <CostSum sum={cost.data} />
      {out > 0 && ` (${formatCount(runs - out)} of ${counted(runs, 'run')} have a known cost)`}.
    </>
  );
}
