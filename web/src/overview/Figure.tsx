import type { ReactNode } from 'react';
import styles from './tiles.module.css';

interface FigureProps {
  readonly label: string;
  readonly children: ReactNode;
  readonly note?: ReactNode;
}

/** A large figure of a tile with its label, and a note under it. */
export function Figure({ label, children, note }: FigureProps) {
  return (
    <div className={styles.figure}>
      <span className={styles.label}>{label}</span>
      <span className={styles.value}>{children}</span>
      {note !== undefined && <span className={styles.note}>{note}</span>}
    </div>
  );
}
