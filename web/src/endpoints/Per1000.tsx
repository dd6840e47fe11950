import type { Money } from '../../../src/platform/units/schema.ts';
import { UnitCost } from '../parts/UnitCost.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import styles from './endpoints.module.css';
import { NO_PRICE } from './words.ts';

interface Per1000Props {
  readonly money: Money | null;
  /** Resources without a price, which it leaves out. */
  readonly unpriced: readonly string[];
  /** Reason for an unknown cost; null: the usual ones. */
  readonly reason?: string | null;
}

/** Cost of 1,000 predictions, and the resources that it leaves out. */
export function Per1000({ money, unpriced, reason = null }: Per1000Props) {
  const left = unpriced.length === 0 ? null : `Without a price, and left out: ${unpriced.join(', ')}.`;
  if (money === null) return <Unknown reason={left ?? reason ?? NO_PRICE} />;
  return (
    <span className={styles.cost}>
      {left !== null && <span data-tip={left}>at least </span>}
      <UnitCost money={money} count={1000} stated="1,000" />
    </span>
  );
}
