import { useState } from 'react';
import type { Rollout } from '../../../src/mlops/serving/rollouts/schema.ts';
import { IntervalRows } from '../charts/IntervalRows.tsx';
import { formatPercent } from '../format/number.ts';
import { formatInstant } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import layout from '../parts/layout.module.css';
import parts from '../parts/parts.module.css';
import styles from './endpoints.module.css';
import { RolloutChecks } from './RolloutChecks.tsx';
import { RolloutDialog } from './RolloutDialog.tsx';
import { RolloutFacts } from './RolloutFacts.tsx';
import { rolloutRows } from './rollout-rows.ts';
import { type RolloutEnd, useRollout } from './use-rollout.ts';

/** The canary in progress next to the live version, or the end of the last one. Renders nothing when there was none. */
export function RolloutCard({ endpoint }: { readonly endpoint: string }) {
  const { data, dataUpdatedAt } = useRollout(endpoint);
  const [asked, setAsked] = useState<RolloutEnd | null>(null);
  const rollout = data?.rollout ?? null;
  if (rollout === null || rollout.strategy === 'instant') return null;
  const { errors, latency } = rolloutRows(rollout);
  const isAnalysed = rollout.deadline !== null || rollout.checks.length > 0;
  const actions = rollout.state === 'running' && (
    <>
      <button type="button" className={parts.button} onClick={() => setAsked('abort')}>
        Abort…
      </button>
      <button type="button" className={parts.button} onClick={() => setAsked('promote')}>
        Promote now…
      </button>
    </>
  );
  return (
    <Card title="New revision against live revision" note={stateText(rollout)} actions={actions}>
      <div className={styles.rollout}>
        <Steps rollout={rollout} />
        {isAnalysed && <RolloutFacts rollout={rollout} readAtMs={dataUpdatedAt} />}
        {rollout.reason !== null && (
          <p className={layout.quiet}>
            {rollout.state === 'running' ? 'Waiting: ' : 'Reason: '}
            {rollout.reason}
          </p>
        )}
        {rollout.checks.length > 0 && <RolloutChecks rollout={rollout} readAtMs={dataUpdatedAt} />}
        {errors.length > 0 && (
          <div className={styles.sides}>
            <IntervalRows title="Answered with an error (5xx), in this step" rows={errors} />
            <IntervalRows title="Latency, 95th percentile, in this step" rows={latency} />
          </div>
        )}
      </div>
      {asked !== null && (
        <RolloutDialog endpoint={endpoint} rollout={rollout} end={asked} onClose={() => setAsked(null)} />
      )}
    </Card>
  );
}

/** How far the canary is, as steps of a row. */
function Steps({ rollout: { step, steps, state } }: { readonly rollout: Rollout }) {
  const done = state === 'promoted' ? steps : step;
  return (
    <span className={styles.steps} aria-hidden="true">
      {Array.from({ length: steps }, (_, index) => index + 1).map((number) => (
        <span
          key={number}
          className={
            number < done || state === 'promoted' ? styles.stepDone : number === done ? styles.stepNow : undefined
          }
        />
      ))}
    </span>
  );
}

function stateText({ revision, state, step, steps, weight, stepUntil }: Rollout): string {
  if (state === 'promoted') return `Revision ${revision} has all of the traffic.`;
  if (state === 'aborted')
    return `Revision ${revision} was rolled back at step ${step} of ${steps}; the live revision is unchanged.`;
  const until = stepUntil === null ? '' : `, until ${formatInstant(stepUntil)} at the earliest`;
  return `Revision ${revision} gets ${formatPercent(weight)} of the requests: step ${step} of ${steps}${until}.`;
}
