import { useId } from 'react';
import type { Check } from '../../../src/tradeoff/gates/schema.ts';
import { CheckCard } from './CheckCard.tsx';
import styles from './decisions.module.css';

interface CheckListProps {
  readonly side: Check['side'];
  readonly checks: readonly Check[];
}

const SIDE_TITLE: Readonly<Record<Check['side'], string>> = { quality: 'Quality', cost: 'Cost', approval: 'Approvals' };

/** The checks of one side of the balance. */
export function CheckList({ side, checks }: CheckListProps) {
  const id = useId();
  const own = checks.filter((check) => check.side === side);
  return (
    <section className={`${styles.side} ${styles[side] ?? ''}`} aria-labelledby={id}>
      <h3 id={id} className={styles.sideTitle}>
        {SIDE_TITLE[side]}
      </h3>
      <ol className={styles.checks}>
        {own.map((check, index) => (
          <CheckCard key={check.name} check={check} number={index + 1} />
        ))}
      </ol>
    </section>
  );
}
