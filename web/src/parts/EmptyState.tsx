import type { ReactNode } from 'react';
import { useSession } from '../account/use-session.ts';
import { describeVisible } from '../account/visible-teams.ts';
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

/** Empty state: the future content, the reason why it is empty, what the account does not see, and the action that fills it. */
export function EmptyState({ shows, why, command, children }: EmptyStateProps) {
  const visible = describeVisible(useSession().data);
  return (
    <div className={styles.state} data-testid="empty">
      <p className={styles.stateTitle}>{shows}</p>
      {visible !== null && <p className={styles.stateText}>{visible.long}</p>}
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
