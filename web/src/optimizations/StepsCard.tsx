import { Link } from '@tanstack/react-router';
import type { OptimizationDetail } from '../../../src/tradeoff/optimizations/schema.ts';
import { Card } from '../parts/Card.tsx';
import { Instant } from '../parts/Instant.tsx';
import layout from '../parts/layout.module.css';
import parts from '../parts/parts.module.css';
import styles from './optimizations.module.css';
import { STEP_WORDS } from './words.ts';

/** Steps, newest first, each with its recorded decision. */
export function StepsCard({ one: { optimization, timeline } }: { readonly one: OptimizationDetail }) {
  return (
    <Card title="Timeline">
      <ol className={styles.timeline} aria-label={`Steps of ${optimization}`}>
        {timeline.toReversed().map(({ at, what, text, by, decision }) => (
          <li key={`${at} ${what}`}>
            <strong>{STEP_WORDS[what]}</strong>{' '}
            <span className={layout.quiet}>
              <Instant at={at} />, by {by}
              {decision !== null && (
                <>
                  {', '}
                  <Link
                    to="/decisions"
                    search={{ about: `optimization:${optimization}` }}
                    hash={decision}
                    className={parts.textLink}
                  >
                    {decision}
                  </Link>
                </>
              )}
            </span>
            <p className={styles.stepText}>{text}</p>
          </li>
        ))}
      </ol>
    </Card>
  );
}
