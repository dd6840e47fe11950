import type { AlertState } from '../../../src/mlops/monitoring/alerts/schema.ts';
import styles from './monitoring.module.css';

const MARKS: Readonly<Record<AlertState, readonly [sign: string, word: string, means: string]>> = {
  ok: ['✓', 'ok', 'The last looks were good.'],
  warning: ['▲', 'warning', 'It may be by chance, but it is past what is usual.'],
  alert: ['✕', 'alert', 'It is worse than chance allows.'],
  no_data: ['–', 'no data', 'There is too little to say anything.'],
};

/** State of an alert: sign and word first, colour second. */
export function AlertMark({ state }: { readonly state: AlertState }) {
  const [sign, word, means] = MARKS[state];
  return (
    <span className={`${styles.state} ${styles[state] ?? ''}`} data-tip={means}>
      <span aria-hidden="true">{sign}</span> {word}
    </span>
  );
}
