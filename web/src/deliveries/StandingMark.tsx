import type { Standing } from '../../../src/finops/billing/schema.ts';
import styles from './deliveries.module.css';
import { STANDING_LABELS } from './standing-label.ts';

const SHAPES: Readonly<Record<Standing, string>> = {
  current: 'M3.5 8.5l3 3 6-7',
  replaced: 'M13 5.5A5.5 5.5 0 1 0 13.4 9M13.5 2.5v3.5H10',
  ignored: 'M3 3l10 10M13 8A5 5 0 1 1 3 8a5 5 0 0 1 10 0',
  shadowed: 'M3 6.5h7v7H3zM6 6.5V3h7v7h-3',
  held: 'M5.5 4v8M10.5 4v8',
  empty: 'M4 8h8',
};

const WORDS: Readonly<Record<Standing, string>> = {
  current: 'Counted in every total.',
  replaced: 'A different delivery of the same export and period is counted.',
  ignored: 'Older than the delivery that was already imported.',
  shadowed: 'The same charges are counted from another export.',
  held: 'On hold: possible duplicate of another export. Decide whether both count.',
  empty: 'It has no rows and no period.',
};

interface StandingMarkProps {
  readonly standing: Standing;
  /** Reason from the server; without one the tooltip explains the standing. */
  readonly reason?: string | null;
}

/** Standing of a delivery: shape and word, with the reason on hover. */
export function StandingMark({ standing, reason = null }: StandingMarkProps) {
  return (
    <span
      className={`${styles.standing} ${standing === 'current' ? styles.counts : ''}`}
      data-tip={reason ?? WORDS[standing]}
    >
      <svg width="14" height="14" viewBox="0 0 16 16" aria-hidden="true" fill="none">
        <path
          d={SHAPES[standing]}
          stroke="currentColor"
          strokeWidth="1.6"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
      {STANDING_LABELS[standing]}
    </span>
  );
}
