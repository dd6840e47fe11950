import type { BudgetStatus } from './budget-landing.ts';
import styles from './budgets.module.css';

const MARKS: Readonly<Record<BudgetStatus, { readonly sign: string; readonly word: string; readonly means: string }>> =
  {
    exceeded: { sign: '✕', word: 'Exceeded', means: 'The spend exceeds the limit.' },
    risk: {
      sign: '▲',
      word: 'At risk',
      means: 'The spend is above an alert threshold, the whole limit is reserved, or the forecast probably exceeds it.',
    },
    track: { sign: '✓', word: 'On track', means: 'The spend is below the alert thresholds.' },
    unknown: { sign: '–', word: 'Not known', means: 'No charge or priced usage in this window yet.' },
  };

/** Status of a budget: sign and word first, colour second. */
export function BudgetStatusMark({ status }: { readonly status: BudgetStatus }) {
  const { sign, word, means } = MARKS[status];
  return (
    <span className={`${styles.state} ${styles[status] ?? ''}`} data-tip={means}>
      <span aria-hidden="true">{sign}</span> <span className={styles.word}>{word}</span>
    </span>
  );
}
