import type { BudgetDays } from '../../../src/finops/budgets/schema.ts';
import { counted } from '../format/number.ts';
import { Unknown } from '../parts/Unknown.tsx';
import { buildTrend } from './budget-chart.ts';
import styles from './budgets.module.css';

const WIDTH = 72;
const HEIGHT = 24;

/** Daily spend of the last days as a small line from zero; a space of the same size while it loads. */
export function SpendTrend({ days }: { readonly days: BudgetDays | undefined }) {
  if (days === undefined) return <span className={styles.trend} />;
  const values = buildTrend(days);
  if (values.length < 2) return <Unknown reason={days.reason ?? 'Fewer than two whole days are billed.'} />;
  const most = Math.max(...values, 0);
  const points = values.map((value, index) => {
    const x = (index / (values.length - 1)) * (WIDTH - 2) + 1;
    const y = HEIGHT - 1 - (most === 0 ? 0 : Math.max(value, 0) / most) * (HEIGHT - 2);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return (
    <svg className={styles.trend} width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img">
      <title>Daily spend of the last {counted(values.length, 'day')}</title>
      <polyline points={points.join(' ')} fill="none" stroke="var(--cost-fill)" strokeWidth="1.5" />
    </svg>
  );
}
