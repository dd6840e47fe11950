import type { ReactNode } from 'react';
import styles from './parts.module.css';

interface EmptyStateProps {
  /** Future content of this place. */
  readonly shows: string;
  /** Why it is empty. */
  readonly why: string;
  /** The one command that fills it. */
  readonly command?: string;
  readonly children?: ReactNode;
}

/** Empty state: the future content, the reason why it is empty, and the action that fills it. */
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
