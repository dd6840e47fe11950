import type { OptimizationState } from '../../../src/tradeoff/optimizations/schema.ts';
import { StateShape } from '../pipelines/StateShape.tsx';
import styles from './optimizations.module.css';
import { STATE_WORDS } from './words.ts';

const SHAPES: Readonly<Record<OptimizationState, Parameters<typeof StateShape>[0]['state']>> = {
  proposed: 'waiting',
  running: 'running',
  watched: 'succeeded',
  closed: 'succeeded',
  rolled_back: 'failed',
  undone: 'failed',
  stopped: 'skipped',
};

/** State of an optimization: shape and word first, colour second. */
export function OptimizationStateMark({ state }: { readonly state: OptimizationState }) {
  const [word, means] = STATE_WORDS[state];
  return (
    <span className={`${styles.state} ${styles[state] ?? ''}`} data-tip={means}>
      <StateShape state={SHAPES[state]} />
      {word}
    </span>
  );
}
