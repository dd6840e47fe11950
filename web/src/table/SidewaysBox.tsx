import type { ReactNode } from 'react';
import { useOverflowing } from '../parts/use-overflowing.ts';
import styles from './table.module.css';
import { useSideways } from './use-sideways.ts';

/** A plain table in its card: one that is too wide scrolls, also by keyboard, and says that there are more columns. */
export function SidewaysBox({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  const { ref, overflowing } = useOverflowing<HTMLDivElement>();
  const hasMore = useSideways(ref);
  return (
    <div className={styles.sideways} data-more={hasMore || undefined}>
      <div
        ref={ref}
        className={styles.box}
        {...(overflowing ? { 'data-wide': true, tabIndex: 0, role: 'group', 'aria-label': label } : {})}
      >
        {children}
      </div>
      {hasMore && (
        <span className={styles.moreColumns} aria-hidden="true">
          More columns →
        </span>
      )}
    </div>
  );
}
