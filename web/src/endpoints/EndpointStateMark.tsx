import type { EndpointRevision, EndpointSummary } from '../../../src/mlops/serving/schema.ts';
import { StateShape } from '../pipelines/StateShape.tsx';
import styles from './endpoints.module.css';

type State = EndpointSummary['state'] | EndpointRevision['state'];

const MARKS: Readonly<
  Record<State, readonly [shape: Parameters<typeof StateShape>[0]['state'], word: string, means: string]>
> = {
  live: ['succeeded', 'live', 'It has the traffic.'],
  'rolling-out': [
    'running',
    'rolling out',
    'Replicas of its newest revision are starting; until then the previous one answers.',
  ],
  starting: ['waiting', 'starting', 'Its first replicas are starting.'],
  pending: ['waiting', 'starting', 'Its replicas start and warm up.'],
  failed: ['failed', 'failed', 'Its replicas did not become ready; the live revision is unchanged.'],
  replaced: ['skipped', 'replaced', 'It had the traffic before.'],
};

/** State of an endpoint or a revision: shape and word first, colour second. */
export function EndpointStateMark({ state }: { readonly state: State }) {
  const [shape, word, means] = MARKS[state];
  return (
    <span className={`${styles.state} ${styles[state] ?? ''}`} data-tip={means}>
      <StateShape state={shape} />
      {word}
    </span>
  );
}
