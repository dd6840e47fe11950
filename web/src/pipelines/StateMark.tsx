import type { PipelineStep } from '../../../src/mlops/pipelines/schema.ts';
import styles from './pipelines.module.css';
import { StateShape } from './StateShape.tsx';
import { STATE_MEANS } from './words.ts';

/** State of a run or a step: shape and word first, colour second. */
export function StateMark({ state }: { readonly state: PipelineStep['state'] }) {
  return (
    <span className={`${styles.state} ${styles[state] ?? ''}`} data-tip={STATE_MEANS[state]}>
      <StateShape state={state} />
      {state}
    </span>
  );
}
