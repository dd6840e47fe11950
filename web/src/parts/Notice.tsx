import type { ReactNode } from 'react';
import styles from './parts.module.css';

interface NoticeProps {
  readonly children: ReactNode;
  /** What can be done about it. */
  readonly actions?: ReactNode;
  /** `alert` is read at once; `status` when there is a pause; `note` where it stands. */
  readonly kind?: 'alert' | 'status' | 'note';
}

/** A sentence that stands out: what is missing, what was done, what to mind. */
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
