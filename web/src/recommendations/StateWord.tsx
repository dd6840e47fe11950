import type { RecommendationSummary } from '../../../src/tradeoff/recommendations/schema.ts';
import { formatInstant } from '../format/time.ts';
import styles from './recommendations.module.css';
import { STATES } from './words.ts';

/** State of a recommendation; open ones have none, except for a pending action of an idle policy. */
export function StateWord({ one: { state, notice } }: { readonly one: RecommendationSummary }) {
  if (notice !== null) {
    const { keptUntil, actsAt, isDryRun } = notice;
    const word =
      keptUntil === null
        ? `${isDryRun ? 'dry run' : 'planned'} ${formatInstant(actsAt)}`
        : `kept until ${formatInstant(keptUntil)}`;
    return <span className={styles.state}>{word}</span>;
  }
  if (state === 'open') return null;
  const [word, means] = STATES[state];
  return (
    <span className={styles.state} data-tip={means}>
      {word}
    </span>
  );
}
