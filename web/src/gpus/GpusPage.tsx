import { AnswerPending } from '../parts/AnswerPending.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { ErrorState } from '../parts/ErrorState.tsx';
import layout from '../parts/layout.module.css';
import { Page } from '../parts/Page.tsx';
import { PartialNotice } from '../parts/PartialNotice.tsx';
import { describeReadError } from '../parts/read-error.ts';
import { EfficiencyCard } from './EfficiencyCard.tsx';
import { GpusAnswer } from './GpusAnswer.tsx';
import { HeatCard } from './HeatCard.tsx';
import { OutcomesCard } from './OutcomesCard.tsx';
import { OwnersCard } from './OwnersCard.tsx';
import { type GpusInView, useGpus } from './use-gpus.ts';

const COMMAND =
  'steelyard gpu import utilization.csv --value utilization --time timestamp --gpu uuid --interval 15s --price 1.861USD/h';

/** Idle GPUs, their owners and their cost. */
export function GpusPage() {
  const gpus = useGpus();
  const { data } = gpus.owners;
  return (
    <Page title="GPUs" answer={renderGpusAnswer(gpus)} longAnswer>
      {gpus.owners.isError ? (
        <ErrorState error={gpus.owners.error} what="The GPU time" onRetry={() => void gpus.owners.refetch()} />
      ) : data?.gpuHours.paid === 0 ? (
        <EmptyState {...describeEmpty(gpus)} />
      ) : (
        <div className={layout.stack}>
          <PartialNotice partial={data?.partial} />
          <HeatCard gpus={gpus} />
          <OwnersCard gpus={gpus} />
          <EfficiencyCard gpus={gpus} />
          <OutcomesCard gpus={gpus} />
        </div>
      )}
    </Page>
  );
}

function renderGpusAnswer({ owners, scope }: GpusInView) {
  if (owners.isError) return describeReadError(owners.error, 'The GPU time');
  if (owners.data === undefined) return <AnswerPending />;
  if (owners.data.gpuHours.paid === 0) return 'No GPU readings.';
  return <GpusAnswer owners={owners.data} when={scope.phrase} />;
}

function describeEmpty({ scope: { range, team } }: GpusInView) {
  const shows = 'Every GPU over time with its owner: used, idle and unallocated time, in hours and money.';
  if (team !== undefined) return { shows, why: `Team ${team} held no GPU in this period, by the recorded owners.` };
  if (range !== undefined)
    return { shows, why: 'No readings in this range. Choose another one, or import readings.', command: COMMAND };
  return { shows, why: 'No readings have been imported yet.', command: COMMAND };
}
