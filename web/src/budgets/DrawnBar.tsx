import type { Budget } from '../../../src/finops/budgets/schema.ts';
import { decimal } from '../../../src/platform/units/schema.ts';
import type { BudgetStatus } from './budget-landing.ts';
import styles from './budgets.module.css';

interface DrawnBarProps {
  readonly budget: Pick<Budget, 'spent' | 'reserved' | 'limit'>;
  readonly status: BudgetStatus;
}

/** Amber only near the limit, red beyond it. */
const COLOURS: Readonly<Record<BudgetStatus, string>> = {
  exceeded: 'var(--bad)',
  risk: 'var(--cost-fill)',
  track: 'var(--ink-3)',
  unknown: 'var(--ink-3)',
};

/** Bar of spent and, behind it, reserved amount as shares of the limit; the figures are shown next to it. */
export function DrawnBar({ budget: { spent, reserved, limit }, status }: DrawnBarProps) {
  const share = (amount: string) => {
    const whole = decimal(limit.amount);
    const ratio = whole.isZero() ? 0 : decimal(amount).dividedBy(whole).toNumber();
    return `${Math.min(Math.max(ratio, 0), 1) * 100}%`;
  };
  const drawn = spent?.amount ?? '0';
  return (
    <span className={styles.bar} aria-hidden="true">
      <span className={styles.held} style={{ width: share(decimal(drawn).plus(reserved.amount).toFixed()) }} />
      <span className={styles.drawn} style={{ width: share(drawn), background: COLOURS[status] }} />
    </span>
  );
}
