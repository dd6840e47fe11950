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
    'Replicas of its newest revision get ready; until then the one before answers.',
  ],
  starting: ['waiting', 'starting', 'Its first replicas get ready.'],
  pending: ['waiting', 'getting ready', 'Its replicas start and get warm.'],
  failed: ['failed', 'failed', 'Its replicas did not get ready; what was live stays so.'],
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
