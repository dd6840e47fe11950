import type { RoundState } from '../../../src/tradeoff/retraining/schema.ts';
import { StateShape } from '../pipelines/StateShape.tsx';
import styles from './retraining.module.css';
import { STATES } from './words.ts';

const SHAPES: Readonly<Record<RoundState, Parameters<typeof StateShape>[0]['state']>> = {
  waiting: 'waiting',
  starting: 'running',
  running: 'running',
  promoted: 'succeeded',
  not_promoted: 'cached',
  failed: 'failed',
  dismissed: 'stopped',
  lapsed: 'skipped',
};

/** State of a round: shape and word first, colour second. */
export function RoundMark({ state }: { readonly state: RoundState }) {
  const [word, means] = STATES[state];
  return (
    <span className={`${styles.state} ${styles[state] ?? ''}`} data-tip={means}>
      <StateShape state={SHAPES[state]} />
      {word}
    </span>
  );
}
