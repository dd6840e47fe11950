import type { Decision } from '../../../src/tradeoff/decisions/schema.ts';
import styles from './parts.module.css';

type Verdict = Decision['verdict'];

const SHAPES: Readonly<Record<Verdict, string>> = {
  promote: 'M3.5 8.5l3 3 6-7',
  hold: 'M5.5 4v8M10.5 4v8',
  reject: 'M4 4l8 8M12 4l-8 8',
};

interface VerdictMarkProps {
  readonly verdict: Verdict;
  /** In a sentence, another form of the word: "rejected". */
  readonly word?: string;
}

/** A verdict: shape and word first, colour second. */
export function VerdictMark({ verdict, word = verdict }: VerdictMarkProps) {
  return (
    <span className={`${styles.verdict} ${styles[verdict] ?? ''}`}>
      <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" fill="none">
        <path d={SHAPES[verdict]} stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round" />
      </svg>
      {word}
    </span>
  );
}
