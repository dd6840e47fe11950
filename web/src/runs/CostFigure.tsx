import type { RunCost } from '../../../src/mlops/runs/schema.ts';
import { exactMoney, formatMoney } from '../format/money.ts';
import { Unknown } from '../parts/Unknown.tsx';
import styles from './runs.module.css';

const BASIS = {
  metered: ['m', 'Metered: our own record of usage times a price'],
  reconciled: ['r', 'Reconciled: the bill, split by metered usage'],
  allocated: ['a', 'Allocated: the part of the bill that allocation rules give to the run'],
} as const;

/** A run's cost with the small mark of its basis; the parts that it leaves out appear on hover. */
export function CostFigure({ total }: { readonly total: RunCost['total'] }) {
  const { cost, basis, reason } = total;
  if (cost === null || basis === null) return <Unknown reason={reason ?? 'No usage is recorded.'} />;
  const [mark, words] = BASIS[basis];
  return (
    <span className={styles.figure}>
      <data value={cost.amount} data-tip={`${exactMoney(cost)}.${reason === null ? '' : ` Excludes: ${reason}`}`}>
        {reason !== null && <span className={styles.quiet}>at least </span>}
        {formatMoney(cost)}
      </data>
      <abbr className={styles.basis} data-tip={words} aria-label={words}>
        {mark}
      </abbr>
    </span>
  );
}
