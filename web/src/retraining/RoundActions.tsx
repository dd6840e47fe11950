import { useState } from 'react';
import type { RetrainingRoundSummary } from '../../../src/tradeoff/retraining/schema.ts';
import parts from '../parts/parts.module.css';
import { DismissDialog } from './DismissDialog.tsx';
import styles from './retraining.module.css';
import { StartDialog } from './StartDialog.tsx';

interface RoundActionsProps {
  readonly round: RetrainingRoundSummary;
  readonly pipeline: string;
}

/** Actions on a waiting round: start it regardless, or dismiss it. */
export function RoundActions({ round, pipeline }: RoundActionsProps) {
  const [asked, setAsked] = useState<'start' | 'dismiss' | null>(null);
  const close = () => setAsked(null);
  if (round.state !== 'waiting') return null;
  return (
    <span className={styles.actions}>
      <button
        type="button"
        className={parts.button}
        onClick={() => setAsked('start')}
        aria-label={`Start round ${round.round}…`}
      >
        Start…
      </button>
      <button
        type="button"
        className={parts.button}
        onClick={() => setAsked('dismiss')}
        aria-label={`Dismiss round ${round.round}…`}
      >
        Dismiss…
      </button>
      {asked === 'start' && (
        <StartDialog retraining={round.retraining} pipeline={pipeline} round={round} onClose={close} />
      )}
      {asked === 'dismiss' && <DismissDialog round={round} onClose={close} />}
    </span>
  );
}
