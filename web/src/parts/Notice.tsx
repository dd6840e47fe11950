import type { ReactNode } from 'react';
import styles from './parts.module.css';

interface NoticeProps {
  readonly children: ReactNode;
  /** Buttons of the notice. */
  readonly actions?: ReactNode;
  /** Screen readers announce `alert` immediately and `status` in a pause; they read `note` in its place. */
  readonly kind?: 'alert' | 'status' | 'note';
}

/** A highlighted sentence: missing data, a completed action, a warning. */
export function Notice({ children, actions, kind = 'note' }: NoticeProps) {
  return (
    <div
      className={`${styles.notice} ${kind === 'alert' ? styles.error : ''}`}
      {...(kind === 'note' ? {} : { role: kind })}
    >
      <p>{children}</p>
      {actions !== undefined && <div className={styles.cardActions}>{actions}</div>}
    </div>
  );
}
