import type { RetrainingRoundSummary } from '../../../src/tradeoff/retraining/schema.ts';
import { Card } from '../parts/Card.tsx';
import layout from '../parts/layout.module.css';
import { RoundActions } from './RoundActions.tsx';
import styles from './retraining.module.css';

interface WaitingCardProps {
  readonly rounds: readonly RetrainingRoundSummary[];
  readonly pipeline: string;
}

/** Waiting rounds, each with its reason and actions; renders nothing when there are none. */
export function WaitingCard({ rounds, pipeline }: WaitingCardProps) {
  if (rounds.length === 0) return null;
  return (
    <Card title="Waiting rounds">
      <ul className={styles.waitingList}>
        {rounds.map((round) => (
          <li key={round.round} className={layout.bar}>
            <p>
              <strong>#{round.round}</strong> {round.trigger.detail}
              <span className={layout.sub}>{round.reason ?? 'No reason given.'}</span>
            </p>
            <RoundActions round={round} pipeline={pipeline} />
          </li>
        ))}
      </ul>
    </Card>
  );
}
