import type { RetrainingRound } from '../../../src/tradeoff/retraining/schema.ts';
import styles from './retraining.module.css';
import { computeStages, STAGES, type StageState } from './words.ts';

const STATE_TEXTS: Readonly<Record<StageState, string>> = {
  done: 'done',
  now: 'now',
  stopped: 'ended here',
  'to-come': 'not reached',
};
const SIGNS: Readonly<Record<StageState, string>> = { done: '✓', now: '●', stopped: '■', 'to-come': '' };

/** Progress of a round from trigger to rollout. */
export function Stages({ round }: { readonly round: RetrainingRound }) {
  const states = computeStages(round);
  return (
    <ol className={styles.stages} aria-label="Progress">
      {STAGES.map(({ stage, label }) => {
        const state = states.get(stage) ?? 'to-come';
        return (
          <li key={stage} className={`${styles.stage} ${styles[`stage-${state}`] ?? ''}`}>
            <span className={styles.stageSign} aria-hidden="true">
              {SIGNS[state]}
            </span>
            <span className={styles.stageName}>{label}</span>
            <span className="visually-hidden">: {STATE_TEXTS[state]}</span>
          </li>
        );
      })}
    </ol>
  );
}
