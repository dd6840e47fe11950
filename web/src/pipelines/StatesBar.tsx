import type { PipelineStep } from '../../../src/mlops/pipelines/schema.ts';
import styles from './pipelines.module.css';
import { countStates } from './step-groups.ts';

/** States of the steps of a matrix as a bar; the figures are shown next to it as text. */
export function StatesBar({ steps }: { readonly steps: readonly PipelineStep[] }) {
  const states = countStates(steps).toReversed();
  return (
    <span className={styles.states} aria-hidden="true">
      {states.map(({ state, count }) => (
        <span key={state} className={styles[`part-${state}`]} style={{ flexGrow: count }} />
      ))}
    </span>
  );
}
