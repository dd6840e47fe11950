import type { Budget } from '../../../src/finops/budgets/schema.ts';
import { decimal } from '../../../src/platform/units/schema.ts';
import styles from './budgets.module.css';

/** Bar of spent and, behind it, reserved amount as shares of the limit; the figures are shown next to it. */
export function DrawnBar({ budget }: { readonly budget: Pick<Budget, 'spent' | 'reserved' | 'limit' | 'state'> }) {
  const { spent, reserved, limit, state } = budget;
  const share = (amount: string) => {
    const whole = decimal(limit.amount);
    const ratio = whole.isZero() ? 0 : decimal(amount).dividedBy(whole).toNumber();
    return `${Math.min(Math.max(ratio, 0), 1) * 100}%`;
  };
  const drawn = spent?.amount ?? '0';
  return (
    <span className={styles.bar} aria-hidden="true">
      <span className={styles.held} style={{ width: share(decimal(drawn).plus(reserved.amount).toFixed()) }} />
      <span
        className={styles.drawn}
        style={{ width: share(drawn), background: state === 'over' ? 'var(--bad)' : 'var(--cost-fill)' }}
      />
    </span>
  );
}
