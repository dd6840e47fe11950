import { formatMoney } from '../format/money.ts';
import styles from './frame.module.css';
import type { EntryAddress } from './pages.ts';
import { useAttention } from './use-attention.ts';

const MOST_SHOWN = 99;
const LEVELS = { critical: styles.critical, warning: styles.warning, info: '' } as const;

/** Number of the things on the page of an entry that need attention; nothing without one. */
export function EntryBadge({ to }: { readonly to: EntryAddress }) {
  const found = useAttention(to);
  if (found?.count == null) return null;
  const { count, level, text, monthly } = found;
  const label = monthly === null ? text : `${text}: ${formatMoney(monthly)} a month`;
  return (
    <span className={`${styles.badge} ${LEVELS[level ?? 'info']}`} data-tip={label}>
      <span aria-hidden="true">{count > MOST_SHOWN ? `${MOST_SHOWN}+` : count}</span>
      <span className="visually-hidden">, {label}</span>
    </span>
  );
}
