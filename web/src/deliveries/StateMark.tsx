import type { PeriodState } from '../../../src/finops/billing/schema.ts';
import styles from './deliveries.module.css';

const WORDS: Readonly<Record<PeriodState, string>> = {
  open: 'The month is not over.',
  provisional: 'The month is over, and the cloud still changes it.',
  closed: 'A change from now on is a restatement.',
};

/** State of a billing period: an open, a half and a full circle with the word. */
export function StateMark({ state }: { readonly state: PeriodState }) {
  return (
    <span className={styles.state} data-tip={WORDS[state]}>
      <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
        <circle cx="5" cy="5" r="4" fill="none" stroke="currentColor" strokeWidth="1.2" />
        {state === 'closed' && <circle cx="5" cy="5" r="4" fill="currentColor" />}
        {state === 'provisional' && <path d="M5 1a4 4 0 0 1 0 8z" fill="currentColor" />}
      </svg>
      {state}
    </span>
  );
}
