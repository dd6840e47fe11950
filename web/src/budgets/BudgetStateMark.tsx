import type { Budget } from '../../../src/finops/budgets/schema.ts';
import styles from './budgets.module.css';

const MARKS: Readonly<
  Record<Budget['state'], { readonly sign: string; readonly word: string; readonly means: string }>
> = {
  ok: { sign: '✓', word: 'within', means: 'There is more than enough left.' },
  warned: { sign: '▲', word: 'near its limit', means: 'More is spent than the share at which it warns.' },
  exhausted: { sign: '■', word: 'used up', means: 'Nothing is left: what is not spent is reserved.' },
  over: { sign: '✕', word: 'over', means: 'More was spent than it allows.' },
  unknown: { sign: '–', word: 'not known', means: 'No charge and no priced usage has arrived in its window yet.' },
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
