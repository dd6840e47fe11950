import { Link } from '@tanstack/react-router';
import type { Decision } from '../../../src/tradeoff/decisions/schema.ts';
import { counted } from '../format/number.ts';
import { Instant } from '../parts/Instant.tsx';
import parts from '../parts/parts.module.css';

interface DecisionsAnswerProps {
  readonly decisions: readonly Decision[];
  /** False while older ones have not been asked for. */
  readonly complete: boolean;
  readonly filtered: boolean;
}

const PAST = { promote: 'promoted', hold: 'put on hold', reject: 'rejected' } as const;

/** How many decisions, how they fell, and the latest. */
export function DecisionsAnswer({ decisions, complete, filtered }: DecisionsAnswerProps) {
  const latest = decisions[0];
  if (latest === undefined) return filtered ? 'No decision matches.' : 'No decision yet.';
  const count = (verdict: Decision['verdict']) => decisions.filter((one) => one.verdict === verdict).length;
  const matching = filtered ? ' match' : '';
  return (
    <>
      {complete ? '' : 'Of the latest '}
      {counted(decisions.length, 'decision')}
      {matching}: {count('promote')} promoted, {count('hold')} on hold, {count('reject')} rejected. The latest, on{' '}
      <Instant at={latest.at} />, {PAST[latest.verdict]} <strong>{latest.model}</strong>{' '}
      <Link to="/decisions/$decision" params={{ decision: latest.decision }} className={parts.textLink}>
        version {latest.version}
      </Link>
      .
    </>
  );
}
