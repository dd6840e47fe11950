import type { RetrainingRound } from '../../../src/tradeoff/retraining/schema.ts';
import { Instant } from '../parts/Instant.tsx';
import layout from '../parts/layout.module.css';
import { EvidenceLink } from './EvidenceLink.tsx';
import styles from './retraining.module.css';
import { STEPS } from './words.ts';

/** Timeline of a round, from its trigger on. */
export function Timeline({ round: { timeline, monitor, retraining, round } }: { readonly round: RetrainingRound }) {
  return (
    <ol className={styles.timeline} aria-label={`Timeline of ${retraining} #${round}`}>
      {timeline.map((entry, index) => (
        <li key={`${entry.at} ${entry.step} ${String(index)}`} className={styles.entry}>
          <span className={styles.entryDot} aria-hidden="true" />
          <span className={styles.entryHead}>
            <strong>{STEPS[entry.step]}</strong>
            <span className={layout.quiet}>
              <Instant at={entry.at} />
            </span>
          </span>
          <p>{entry.text}</p>
          {entry.evidence.length > 0 && (
            <p className={styles.evidence}>
              {entry.evidence.map((evidence) => (
                <span key={`${evidence.kind} ${evidence.id}`}>
                  <EvidenceLink evidence={evidence} monitor={monitor} />
                </span>
              ))}
            </p>
          )}
        </li>
      ))}
    </ol>
  );
}
