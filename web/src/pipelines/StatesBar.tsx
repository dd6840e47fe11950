import type { PipelineStep } from '../../../src/mlops/pipelines/schema.ts';
import styles from './pipelines.module.css';
import { statesOf } from './step-groups.ts';

/** How the steps of a matrix stand, as lengths; the figures stand beside it in words. */
export function StatesBar({ steps }: { readonly steps: readonly PipelineStep[] }) {
  const states = statesOf(steps).toReversed();
  return (
    <span className={styles.states} aria-hidden="true">
      {states.map(({ state, count }) => (
        <span key={state} className={styles[`part-${state}`]} style={{ flexGrow: count }} />
      ))}
    </span>
  );
}
