import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { PipelineRunSummary } from '../../../src/mlops/pipelines/schema.ts';
import { Card } from '../parts/Card.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { StepsTable } from './StepsTable.tsx';
import { useNow } from './use-now.ts';
import { isActive, usePipelineRun } from './use-pipelines.ts';

const HEIGHT = 240;

/** Steps of a run with state, duration, cost and result; a step opens in the run. */
export function LatestStepsCard({ run: { pipeline, run, number } }: { readonly run: PipelineRunSummary }) {
  const navigate = useNavigate();
  const found = usePipelineRun(pipeline, run);
  const nowMs = useNow(isActive(found.data));
  const onOpen = useCallback(
    (step: string) =>
      void navigate({
        to: '/pipelines/$pipeline/runs/$run',
        params: { pipeline, run: String(number) },
        search: { step },
      }),
    [navigate, pipeline, number],
  );
  return (
    <Card title={`Steps of ${pipeline} #${number}`} note="The latest run, step by step" flush>
      <Loaded query={found} what="The steps" height={HEIGHT}>
        {({ stepList }) => <StepsTable label={`Steps of #${number}`} steps={stepList} nowMs={nowMs} onOpen={onOpen} />}
      </Loaded>
    </Card>
  );
}
