import { counted, formatCount } from '../format/number.ts';
import styles from './parts.module.css';

interface PagerProps {
  /** Noun of the rows: "changed rows". */
  readonly what: string;
  readonly offset: number;
  readonly pageSize: number;
  readonly count: number;
  readonly onChange: (offset: number) => void;
}

/** Which part of a long list is shown, with the way to the next; nothing when all of it fits. */
export function Pager({ what, offset, pageSize, count, onChange }: PagerProps) {
  if (count <= pageSize && offset === 0) return null;
  const last = Math.min(offset + pageSize, count);
  return (
    <nav className={styles.pager} aria-label={`Pages of ${what}`}>
      <button
        type="button"
        className={styles.button}
        disabled={offset === 0}
        onClick={() => onChange(Math.max(0, offset - pageSize))}
      >
        ← Back
      </button>
      <span aria-live="polite">
        {formatCount(offset + 1)} to {formatCount(last)} of {counted(count, what, what)}
      </span>
      <button
        type="button"
        className={styles.button}
        disabled={last >= count}
        onClick={() => onChange(offset + pageSize)}
      >
        Next →
      </button>
    </nav>
  );
}
