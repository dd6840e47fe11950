import type { ReactNode } from 'react';
import type { Rollout } from '../../../src/mlops/serving/rollouts/schema.ts';
import { formatPercent } from '../format/number.ts';
import { Facts } from '../parts/Facts.tsx';
import { Instant } from '../parts/Instant.tsx';
import layout from '../parts/layout.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import { expectProofAt, explainNoEnd, formatProof, formatReceivedShare } from './rollout-checks.ts';

interface RolloutFactsProps {
  readonly rollout: Rollout;
  /** Time at which the rollout was read, in milliseconds since 1970. */
  readonly readAtMs: number;
}

/** Share, proof, expected end and deadline of a canary with analysis. */
export function RolloutFacts({ rollout, readAtMs }: RolloutFactsProps) {
  const { state, checks, weight, deadline, atDeadline } = rollout;
  const isRunning = state === 'running';
  const received = formatReceivedShare(rollout);
  const facts: (readonly [string, ReactNode])[] = [
    [
      'Share of requests',
      <span key="share">
        {formatPercent(weight)}
        {received !== null && <span className={layout.sub}>received {received}</span>}
      </span>,
    ],
    [
      'Proof',
      checks.length === 0 ? <Unknown key="proof" reason="Not evaluated yet in this step." /> : formatProof(checks),
    ],
    ...(isRunning ? [['Expected end', <ExpectedEnd key="end" {...{ rollout, readAtMs }} />] as const] : []),
    ...(deadline === null || !isRunning
      ? []
      : [['Deadline', <Deadline key="deadline" at={deadline} then={atDeadline} />] as const]),
  ];
  return <Facts facts={facts} />;
}

function ExpectedEnd({ rollout, readAtMs }: RolloutFactsProps) {
  const at = expectProofAt(rollout, readAtMs);
  if (at === null) {
    const reason = explainNoEnd(rollout);
    return (
      <>
        <Unknown reason={reason} />
        <span className={layout.sub} aria-hidden="true">
          {reason}
        </span>
      </>
    );
  }
  return (
    <>
      <Instant at={new Date(at).toISOString()} />
      <span className={layout.sub}>when all checks have their samples, at the present rate</span>
    </>
  );
}

function Deadline({ at, then }: { readonly at: string; readonly then: Rollout['atDeadline'] }) {
  return (
    <>
      <Instant at={at} />
      <span className={layout.sub}>
        {then === 'stay' ? 'then kept at its share if unproven, until you decide' : 'then rolled back if unproven'}
      </span>
    </>
  );
}
