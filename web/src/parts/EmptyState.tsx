import type { ReactNode } from 'react';
import styles from './parts.module.css';

interface EmptyStateProps {
  /** What this place will show. */
  readonly shows: string;
  /** Why it is empty. */
  readonly why: string;
  /** The one command that fills it. */
  readonly command?: string;
  readonly children?: ReactNode;
}

/** Nothing here yet: what will be, why it is not, and the one thing that changes it. */
export function EmptyState({ shows, why, command, children }: EmptyStateProps) {
  return (
    <div className={styles.state} data-testid="empty">
      <p className={styles.stateTitle}>{shows}</p>
      <p className={styles.stateText}>{why}</p>
      {command !== undefined && (
        <div className={styles.command}>
          <code>{command}</code>
          <button
            type="button"
            className={styles.button}
            onClick={() => void navigator.clipboard.writeText(command)}
            aria-label={`Copy the command: ${command}`}
          >
            Copy
          </button>
        </div>
      )}
      {children}
    </div>
  );
}
