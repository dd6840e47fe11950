import type { ReactNode } from 'react';
import styles from './parts.module.css';

interface FactsProps {
  readonly facts: readonly (readonly [name: string, value: ReactNode])[];
  /** Short values: more columns. */
  readonly isDense?: boolean;
}

/** Names with their values, in columns where they fit. */
export function Facts({ facts, isDense = false }: FactsProps) {
  return (
    <dl className={`${styles.facts} ${isDense ? styles.dense : ''}`}>
      {facts.map(([name, value]) => (
        <div key={name} className={styles.fact}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
