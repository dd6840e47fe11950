import { lazy, Suspense, useMemo } from 'react';
import type { PipelineRun } from '../../../src/mlops/pipelines/schema.ts';
import { counted } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { Choice } from '../parts/Choice.tsx';
import { Skeleton } from '../parts/Skeleton.tsx';
import { useNarrow } from '../parts/use-narrow.ts';
import { StepsTable } from './StepsTable.tsx';
import { groupSteps } from './step-groups.ts';
import { boxHeight, placeGroups } from './use-graph.ts';

const VIEWS = [
  { value: 'graph', label: 'Graph' },
  { value: 'table', label: 'Table' },
] as const;
type View = (typeof VIEWS)[number]['value'];

const StepsGraph = lazy(() => import('./StepsGraph.tsx').then((module) => ({ default: module.StepsGraph })));

interface StepsCardProps {
  readonly run: PipelineRun;
  readonly nowMs: number;
  readonly view: View;
  readonly open: string | undefined;
  readonly onView: (view: View) => void;
  readonly onOpen: (id: string) => void;
}

/** The steps of a run as a picture and as a table, live. */
export function StepsCard({ run: { stepList, number }, nowMs, view, open, onView, onOpen }: StepsCardProps) {
  const groups = useMemo(() => groupSteps(stepList), [stepList]);
  const direction = useNarrow() ? 'down' : 'right';
  const grouped = groups.filter(({ isMatrix }) => isMatrix).length;
  return (
    <Card
      title="Steps, time and cost"
      note={`${counted(stepList.length, 'step')}${grouped === 0 ? '' : `; ${counted(grouped, 'matrix', 'matrices')} drawn as one`}. Open a step for its log, its attempts and its reason.`}
      actions={<Choice label="Show the steps as" value={view} options={VIEWS} onChange={onView} />}
      flush
    >
      {view === 'table' ? (
        <StepsTable label={`Steps of #${number}`} steps={stepList} nowMs={nowMs} onOpen={onOpen} />
      ) : (
        <Suspense fallback={<Skeleton height={boxHeight(placeGroups(groups, direction))} />}>
          <StepsGraph groups={groups} nowMs={nowMs} open={open} direction={direction} onOpen={onOpen} />
        </Suspense>
      )}
    </Card>
  );
}
