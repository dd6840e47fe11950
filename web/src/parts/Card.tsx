import { type ReactNode, useId } from 'react';
import styles from './parts.module.css';
import { useOverflowing } from './use-overflowing.ts';

interface CardProps {
  /** Title of the card. */
  readonly title: ReactNode;
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  /** No padding around the content, so that tables reach the edges. */
  readonly flush?: boolean;
  readonly className?: string | undefined;
}

/** One picture or table with its question above it. */
export function Card({ title, note, actions, children, flush = false, className }: CardProps) {
  const id = useId();
  const { ref, overflowing } = useOverflowing<HTMLDivElement>();
  return (
    <section className={`${styles.card} ${className ?? ''}`} aria-labelledby={id}>
      <div className={styles.cardHead}>
        <div className={styles.cardTitles}>
          <h2 id={id} className={styles.cardTitle}>
            {title}
          </h2>
          {note !== undefined && <p className={styles.note}>{note}</p>}
        </div>
        {actions !== undefined && <div className={styles.cardActions}>{actions}</div>}
      </div>
      <div
        ref={ref}
        className={flush ? styles.flush : styles.cardBody}
        {...(flush && overflowing ? { tabIndex: 0, role: 'group', 'aria-labelledby': id } : {})}
      >
        {children}
      </div>
    </section>
  );
}
