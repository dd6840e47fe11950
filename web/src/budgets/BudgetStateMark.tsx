import type { Budget } from '../../../src/finops/budgets/schema.ts';
import styles from './budgets.module.css';

const MARKS: Readonly<
  Record<Budget['state'], { readonly sign: string; readonly word: string; readonly means: string }>
> = {
  ok: { sign: '✓', word: 'within', means: 'The spend is below the alert threshold.' },
  warned: { sign: '▲', word: 'near its limit', means: 'The spend is above the alert threshold.' },
  exhausted: { sign: '■', word: 'used up', means: 'The whole limit is spent or reserved.' },
  over: { sign: '✕', word: 'over', means: 'The spend exceeds the limit.' },
  unknown: { sign: '–', word: 'not known', means: 'No charge or priced usage in this window yet.' },
};

/** State of a budget: sign and word first, colour second. */
export function BudgetStateMark({ state }: { readonly state: Budget['state'] }) {
  const { sign, word, means } = MARKS[state];
  return (
    <span className={`${styles.state} ${styles[state] ?? ''}`} data-tip={means}>
      <span aria-hidden="true">{sign}</span> <span className={styles.word}>{word}</span>
    </span>
  );
}
