import type { Money } from '../../../src/platform/units/schema.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { toPerMillion } from './endpoint-rows.ts';
import styles from './endpoints.module.css';
import { NO_PRICE } from './words.ts';

interface PerMillionProps {
  readonly per1000: Money | null;
  /** Resources without a price, which it leaves out. */
  readonly unpriced: readonly string[];
}

/** Cost of 1 M predictions, as served: idle replicas included. */
export function PerMillion({ per1000, unpriced }: PerMillionProps) {
  const left = unpriced.length === 0 ? null : `Without a price, and left out: ${unpriced.join(', ')}.`;
  if (per1000 === null) return <Unknown reason={left ?? NO_PRICE} />;
  return (
    <span className={styles.cost}>
      {left !== null && <span data-tip={left}>at least </span>}
      <MoneyFigure money={toPerMillion(per1000)} />
    </span>
  );
}
