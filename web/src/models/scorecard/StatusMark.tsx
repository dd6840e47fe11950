import type { MeasureStatus } from '../../../../src/tradeoff/scorecards/schema.ts';
import styles from './scorecard.module.css';

const MARKS: Readonly<Record<MeasureStatus, readonly [sign: string, word: string]>> = {
  ok: ['✓', 'ok'],
  warning: ['▲', 'warning'],
  critical: ['✕', 'critical'],
  unknown: ['–', 'no target'],
};

interface StatusMarkProps {
  readonly status: MeasureStatus;
  /** One sentence, on hover. */
  readonly reason: string;
  /** Sign only: the word is for screen readers. */
  readonly short?: boolean;
}

/** Status of a measure: sign and word first, colour second. */
export function StatusMark({ status, reason, short = false }: StatusMarkProps) {
  const [sign, word] = MARKS[status];
  return (
    <span className={`${styles.status} ${styles[status]}`} data-tip={reason}>
      <span aria-hidden="true">{sign}</span>
      <span className={short ? 'visually-hidden' : undefined}> {word}</span>
    </span>
  );
}
