import { useState } from 'react';
import type { Pipeline } from '../../../src/mlops/pipelines/schema.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Page } from '../parts/Page.tsx';
import { describeReadError } from '../parts/read-error.ts';
import { LatestRun } from './LatestRun.tsx';
import { NoPipelines } from './NoPipelines.tsx';
import { PipelinesTable } from './PipelinesTable.tsx';
import { RecentRunsCard } from './RecentRunsCard.tsx';
import { RunDialog } from './RunDialog.tsx';
import { usePipelines } from './use-pipelines.ts';
import { pipelinesAnswer } from './words.ts';

const TABLE_HEIGHT = 240;

/** All pipelines with their latest runs. */
export function PipelinesPage() {
  const pipelines = usePipelines();
  const [starting, setStarting] = useState<Pipeline | null>(null);
  const answer = () => {
    if (pipelines.data !== undefined)
      return (
        <>
          {pipelinesAnswer(pipelines.data.pipelines)} <LatestRun pipelines={pipelines.data.pipelines} />
        </>
      );
    return pipelines.isError ? describeReadError(pipelines.error, 'The pipelines') : <AnswerPending />;
  };
  return (
    <Page title="Pipelines" answer={answer()}>
      <div className={layout.stack}>
        <Card title="Pipelines, with their latest run" flush>
          <Loaded query={pipelines} what="The pipelines" height={TABLE_HEIGHT}>
            {(data) =>
              data.pipelines.length > 0 ? (
                <PipelinesTable pipelines={data.pipelines} onRun={setStarting} />
              ) : (
                <NoPipelines />
              )
            }
          </Loaded>
        </Card>
        {pipelines.data !== undefined && <RecentRunsCard pipelines={pipelines.data.pipelines} />}
      </div>
      {starting !== null && <RunDialog pipeline={starting} onClose={() => setStarting(null)} />}
    </Page>
  );
}
