import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { PipelineRunSummary } from '../../../src/mlops/pipelines/schema.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import layout from '../parts/layout.module.css';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import { Skeleton } from '../parts/Skeleton.tsx';
import { HistoryCard } from './HistoryCard.tsx';
import { LatestStepsCard } from './LatestStepsCard.tsx';
import { PipelineAnswer } from './PipelineAnswer.tsx';
import { RetrainsCard } from './RetrainsCard.tsx';
import { RunDialog } from './RunDialog.tsx';
import { Trends } from './Trends.tsx';
import { TriggersCard } from './TriggersCard.tsx';
import { usePipeline, usePipelineRuns } from './use-pipelines.ts';

const TRENDS_HEIGHT = 270;

/** One pipeline: its runs with duration and cost. */
export function PipelinePage() {
  const { pipeline: name } = useParams({ from: '/pipelines/$pipeline' });
  const pipeline = usePipeline(name);
  const history = usePipelineRuns(name);
  const [starting, setStarting] = useState(false);
  const answer = () => {
    if (history.runs !== undefined) return <PipelineAnswer pipeline={pipeline} runs={history.runs} />;
    return history.query.error === null ? <AnswerPending /> : history.query.error.message;
  };
  return (
    <Page title={name} answer={answer()} shortAnswer>
      <div className={layout.stack}>
        <div className={layout.bar}>
          <p className={layout.quiet}>{pipeline?.description}</p>
          <button
            type="button"
            className={`${parts.button} ${parts.primary}`}
            disabled={pipeline === undefined}
            onClick={() => setStarting(true)}
          >
            Run…
          </button>
        </div>
        {history.runs === undefined ? (
          history.query.error === null && <Skeleton height={TRENDS_HEIGHT} />
        ) : (
          <LatestOrTrends pipeline={name} runs={history.runs} />
        )}
        <HistoryCard pipeline={name} history={history} />
        <TriggersCard pipeline={name} />
        <RetrainsCard pipeline={name} />
      </div>
      {starting && pipeline !== undefined && <RunDialog pipeline={pipeline} onClose={() => setStarting(false)} />}
    </Page>
  );
}

interface LatestOrTrendsProps {
  readonly pipeline: string;
  /** Latest first. */
  readonly runs: readonly PipelineRunSummary[];
}

/** Steps of a single run, whose charts would have one bar; cost and duration of several. */
function LatestOrTrends({ pipeline, runs }: LatestOrTrendsProps) {
  const [only, ...others] = runs;
  if (only !== undefined && others.length === 0) return <LatestStepsCard run={only} />;
  return <Trends pipeline={pipeline} runs={runs} />;
}
