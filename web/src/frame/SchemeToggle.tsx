import { setScheme, useScheme } from '../theme/scheme.ts';
import styles from './frame.module.css';

/** Light or dark, by word and by key. */
export function SchemeToggle() {
  const other = useScheme() === 'dark' ? 'light' : 'dark';
  return (
    <button
      type="button"
      className={styles.quiet}
      onClick={() => setScheme(other)}
      data-tip={`Switch to ${other} colors (t)`}
    >
      <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" fill="none">
        <circle cx="8" cy="8" r="5.5" stroke="currentColor" strokeWidth="1.3" />
        <path d="M8 2.5a5.5 5.5 0 0 1 0 11z" fill="currentColor" />
      </svg>
      <span className="visually-hidden">Switch to {other} colours</span>
    </button>
  );
}
