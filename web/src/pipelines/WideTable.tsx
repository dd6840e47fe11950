import type { ReactNode } from 'react';
import { useOverflowing } from '../parts/use-overflowing.ts';
import styles from './pipelines.module.css';

/** A table that is scrolled sideways where it is too wide, by keyboard too. */
export function WideTable({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  const { ref, overflowing } = useOverflowing<HTMLDivElement>();
  return (
    <div
      ref={ref}
      className={styles.scrollX}
      {...(overflowing ? { tabIndex: 0, role: 'group', 'aria-label': label } : {})}
    >
      {children}
    </div>
  );
}
