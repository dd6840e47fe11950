import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { PipelineStep } from '../../../src/mlops/pipelines/schema.ts';
import { formatCount } from '../format/number.ts';
import { Facts } from '../parts/Facts.tsx';
import { Instant } from '../parts/Instant.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import { Explanation } from './Explanation.tsx';
import styles from './pipelines.module.css';
import { StateMark } from './StateMark.tsx';
import { StepReason } from './StepReason.tsx';
import { needsText, noCost } from './steps-columns.tsx';
import { CpuTime, GpuEnergy, GpuWork, MostMemory, PricedBy, RanOn } from './TakenFigures.tsx';
import { Took } from './Took.tsx';
import { NOT_BEGUN } from './words.ts';

const RUN_SHORT = 8;

/** State of a step with its reason, resources and cost. */
export function StepFacts({ step, nowMs }: { readonly step: PipelineStep; readonly nowMs: number }) {
  const { state, reason, explanation, cost, mlflowRun, needs, startedAt, kind, nodes, queue } = step;
  const facts: (readonly [string, ReactNode])[] = [
    ['State', <StateMark key="state" state={state} />],
    ...(reason === null ? [] : [[WHY[state], <StepReason key="reason" reason={reason} />] as const]),
    ...(explanation === null ? [] : [['Cache', <Explanation key="cache" text={explanation} />] as const]),
    [
      'Duration',
      state === 'cached' ? (
        'none: reused from the cache'
      ) : (
        <Took key="took" of={step} nowMs={nowMs} reason={NOT_BEGUN} />
      ),
    ],
    [
      'Cost',
      cost === null ? (
        <Unknown key="cost" reason={noCost(state)} />
      ) : (
        <span key="cost" className={styles.cost}>
          <MoneyFigure money={cost} />
        </span>
      ),
    ],
    ...takenFacts(step.taken),
    [
      'Started',
      startedAt === null ? <Unknown key="began" reason={NOT_BEGUN} /> : <Instant key="began" at={startedAt} />,
    ],
    ...(nodes === 1 ? [] : [['Nodes', formatCount(nodes)] as const]),
    ...(queue === null ? [] : [['Queue', queue] as const]),
    ['Depends on', needs.length === 0 ? 'nothing' : needsText(needs)],
    ...(mlflowRun === null
      ? []
      : [
          [
            state === 'cached' ? 'Created by run' : 'MLflow run',
            <Link key="run" to="/runs/$runId" params={{ runId: mlflowRun }} className={parts.textLink}>
              {mlflowRun.slice(0, RUN_SHORT)}
            </Link>,
          ] as const,
        ]),
    ...(kind === 'run' ? [] : [['Kind', kind] as const]),
  ];
  return <Facts facts={facts} />;
}

/** Resources of the running attempt so far. */
function takenFacts(taken: PipelineStep['taken']): (readonly [string, ReactNode])[] {
  if (taken === null) return [];
  return [
    ['CPU time so far', <CpuTime key="cpu" of={taken} />],
    ['Peak memory so far', <MostMemory key="memory" of={taken} />],
    ...(taken.gpus === null
      ? []
      : [
          ['GPUs', <GpuWork key="gpus" of={taken} />] as const,
          ['GPU energy so far', <GpuEnergy key="energy" of={taken} />] as const,
        ]),
    ...(taken.place === null ? [] : [['Runs on', <RanOn key="place" of={taken} />] as const]),
    ['Priced by', <PricedBy key="prices" of={taken} />],
  ];
}

const WHY: Readonly<Record<PipelineStep['state'], string>> = {
  waiting: 'Waits for',
  running: 'Reason',
  succeeded: 'Reason',
  cached: 'Reason',
  failed: 'Failure reason',
  stopped: 'Stop reason',
  skipped: 'Skip reason',
};
