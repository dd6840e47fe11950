import { formatCount } from '../format/number.ts';
import styles from './runs.module.css';

const MAX_LENGTH = 240;

/** A logged text; a long one is shortened, with a button for all of it. */
export function LongText({ text }: { readonly text: string }) {
  if (text.length <= MAX_LENGTH) return text;
  return (
    <details className={styles.long}>
      <summary>
        <span className={styles.beginning}>{text.slice(0, MAX_LENGTH)}…</span>{' '}
        <span className={styles.more}>All {formatCount(text.length)} characters</span>
      </summary>
      {text}
    </details>
  );
}
