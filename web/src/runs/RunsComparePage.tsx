import { counted } from '../format/number.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Notice } from '../parts/Notice.tsx';
import { Page } from '../parts/Page.tsx';
import { describeReadError } from '../parts/read-error.ts';
import { ComparedAnswer } from './ComparedAnswer.tsx';
import { ComparedCurves } from './ComparedCurves.tsx';
import { ComparedRuns } from './ComparedRuns.tsx';
import { DiffCard } from './DiffCard.tsx';
import { ParallelCard } from './ParallelCard.tsx';
import { ScatterCard } from './ScatterCard.tsx';
import { useCompare } from './use-compare.ts';

const LIST_HEIGHT = 320;

/** Comparison of runs by metric, inputs and cost. */
export function RunsComparePage() {
  const compare = useCompare();
  const { ids, compared } = compare;
  if (ids.length === 0) {
    return (
      <Page title="Runs compared" answer="No runs are chosen yet.">
        <EmptyState
          shows="Metrics of many runs over each other, their settings, their costs and what differs between them."
          why="The address names no runs. Choose some in the table of an experiment, then Compare."
        />
      </Page>
    );
  }
  const missing = compared.data?.missing ?? [];
  return (
    <Page
      title={`${counted(compared.data?.runs.length ?? ids.length, 'run')} compared`}
      answer={
        compared.isError ? (
          describeReadError(compared.error, 'The runs')
        ) : compared.data === undefined ? (
          <AnswerPending />
        ) : (
          <ComparedAnswer compare={compare} />
        )
      }
    >
      <div className={layout.stack}>
        {missing.length > 0 && (
          <Notice kind="alert">
            {counted(missing.length, 'run')} of the address {missing.length === 1 ? 'does' : 'do'} not exist:{' '}
            {missing.join(', ')}.
          </Notice>
        )}
        <Loaded query={compared} what="The runs" height={LIST_HEIGHT}>
          {() => (
            <>
              <ComparedRuns compare={compare} />
              <ComparedCurves compare={compare} />
              <ScatterCard compare={compare} />
              <ParallelCard compare={compare} />
              <DiffCard compare={compare} />
            </>
          )}
        </Loaded>
      </div>
    </Page>
  );
}
