import styles from './date-range.module.css';
import { describeRange } from './range-note.ts';
import type { RangePage } from './range-pages.ts';
import { useNamedRange } from './use-scope.ts';

/** One line above the headline of a page that cannot follow the range as it is. */
export function RangeNote({ page }: { readonly page: RangePage }) {
  const text = describeRange(page, useNamedRange());
  if (text === null) return null;
  return (
    <p className={styles.pageNote} data-testid="range-note">
      {text}
    </p>
  );
}
