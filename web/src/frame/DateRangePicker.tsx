import { lazy, Suspense, useState } from 'react';
import parts from '../parts/parts.module.css';
import styles from './date-range.module.css';
import { rangeText } from './date-range.ts';
import { COMPARISON_LABELS } from './date-range-compare.ts';
import type { RangePage } from './range-pages.ts';
import { useDateRange } from './use-date-range.ts';

const DateRangeDialog = lazy(() =>
  import('./DateRangeDialog.tsx').then((module) => ({ default: module.DateRangeDialog })),
);

/** The date range in view and its comparison, in the address. */
export function DateRangePicker({ page }: { readonly page: RangePage }) {
  const [isOpen, setOpen] = useState(false);
  const { range, search, ready } = useDateRange(page);
  const unset = page.unset === 'bill' ? 'All months' : page.unset;
  const compare = page.compares === true && range !== undefined ? search.compare : undefined;
  const label = !ready ? '…' : range === undefined ? unset : rangeText(range);
  return (
    <>
      <button
        type="button"
        className={`${parts.button} ${styles.trigger}`}
        aria-haspopup="dialog"
        aria-label={`Date range: ${label}`}
        onClick={() => setOpen(true)}
      >
        <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true" fill="none" stroke="currentColor">
          <path d="M1.5 3.5h11v9h-11zM1.5 6.5h11M4.5 1.5v2M9.5 1.5v2" strokeWidth="1.2" strokeLinejoin="round" />
        </svg>
        <span className={styles.triggerText}>
          {label}
          {compare !== undefined && (
            <span className={styles.compared}> vs {COMPARISON_LABELS[compare].toLowerCase()}</span>
          )}
        </span>
      </button>
      <Suspense>{isOpen && <DateRangeDialog page={page} onClose={() => setOpen(false)} />}</Suspense>
    </>
  );
}
