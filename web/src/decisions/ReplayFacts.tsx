import type { ReactNode } from 'react';
import type { DecisionDetail } from '../../../src/tradeoff/decisions/schema.ts';
import { formatPolicyScope } from '../format/policy.ts';
import { Instant } from '../parts/Instant.tsx';
import { LinkedText } from '../parts/LinkedText.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import styles from './decisions.module.css';

/** Inputs for replaying the decision: author, time, policy, deliveries and prices. */
export function ReplayFacts({ decision }: { readonly decision: DecisionDetail }) {
  const { evidence } = decision;
  const facts: readonly (readonly [string, ReactNode])[] = [
    ['Decision id', <code key="id">{decision.decision}</code>],
    ['Decided', <Instant key="at" at={decision.at} />],
    ['Requested by', decision.actor],
    ['Policy', `${decision.policy}, version ${decision.policyVersion}${formatPolicyScope(evidence.policy.spec)}`],
    ['Run', renderRun(evidence.candidate.runId)],
    ['Bill deliveries', renderList(evidence.billDeliveries, 'No figure of this decision comes from a bill.')],
    ...decision.restatedBy.map(({ period, source, before, after }): readonly [string, ReactNode] => [
      'Restated since',
      `${period} of ${source}: ${before} replaced by ${after ?? 'no delivery'}`,
    ]),
    ['Price books', renderList(evidence.priceBooks, 'No figure of this decision comes from a price book.')],
    [
      'Place in the chain',
      decision.chain === null ? (
        <Unknown key="chain" reason="Recorded before decisions were chained." />
      ) : (
        `${decision.chain.position}`
      ),
    ],
    ['SHA-256 of the evidence', <code key="sha">{decision.evidenceSha256 ?? 'not recorded'}</code>],
  ];
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={`${name} ${typeof value === 'string' ? value : ''}`} className={styles.fact}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function renderRun(runId: string | null): ReactNode {
  if (runId === null) return <Unknown reason="This version was registered without a run." />;
  return (
    <code>
      <LinkedText text={runId} />
    </code>
  );
}

function renderList(names: readonly string[], reason: string): ReactNode {
  if (names.length === 0) return <Unknown reason={reason} />;
  return names.map((name) => (
    <code key={name} className={styles.listed}>
      <LinkedText text={name} />
    </code>
  ));
}
