import type { AlertState } from '../../../src/mlops/monitoring/alerts/schema.ts';
import styles from './monitoring.module.css';

const MARKS: Readonly<Record<AlertState, readonly [sign: string, word: string, means: string]>> = {
  ok: ['✓', 'ok', 'The latest evaluations were good.'],
  warning: ['▲', 'warning', 'Outside the usual range, but possibly by chance.'],
  alert: ['✕', 'alert', 'Worse than chance explains.'],
  no_data: ['–', 'no data', 'Too few data.'],
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
