import type { Budget } from '../../../src/finops/budgets/schema.ts';
import { readBullet } from './budget-summary.ts';
import styles from './tiles.module.css';

const WIDTH = 400;
const PERCENT = 100;

interface BudgetBulletProps {
  readonly budget: Pick<Budget, 'spent' | 'forecast' | 'limit'>;
  readonly isGrave: boolean;
}

/** Spent and forecast of a budget as shares of its limit, a mark. The figures are next to it. */
export function BudgetBullet({ budget, isGrave }: BudgetBulletProps) {
  const { spent, forecast, limit } = readBullet(budget);
  const fill = isGrave ? 'var(--cost-fill)' : 'var(--ink-3)';
  const at = (percent: number) => (percent / PERCENT) * WIDTH;
  return (
    <svg className={styles.bullet} viewBox={`0 0 ${WIDTH} 10`} preserveAspectRatio="none" aria-hidden="true">
      <rect x="0" y="3" width={WIDTH} height="4" fill="var(--selected)" />
      <rect x="0" y="3" width={at(forecast)} height="4" fill={fill} opacity="0.4" />
      <rect x="0" y="3" width={at(spent)} height="4" fill={fill} />
      <rect x={at(limit) - 1} y="0" width="2" height="10" fill="var(--ink)" />
    </svg>
  );
}
