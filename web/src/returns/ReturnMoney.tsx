import type { Money } from '../../../src/platform/units/schema.ts';
import type { CostInterval } from '../../../src/tradeoff/unit-cost/schema.ts';
import { formatMoney } from '../format/money.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import styles from './returns.module.css';

interface ReturnMoneyProps {
  readonly money: Money | null;
  readonly reason: string | null;
  readonly interval?: CostInterval | null;
  /** The amount is a lower bound. */
  readonly isLowerBound?: boolean;
}

/** Money, or the reason why it is unknown; an interval below it. */
export function ReturnMoney({ money, reason, interval = null, isLowerBound = false }: ReturnMoneyProps) {
  if (money === null) return <Unknown reason={reason ?? 'not known'} />;
  const { currency } = money;
  const end = (amount: string) => formatMoney({ amount, currency });
  return (
    <>
      {isLowerBound && (
        <span data-tip={reason ?? undefined}>
          <span aria-hidden="true">≥ </span>
          <span className="visually-hidden">at least </span>
        </span>
      )}
      <MoneyFigure money={money} />
      {interval !== null && (
        <span className={styles.range}>
          {end(interval.lower)} to {end(interval.upper)}
        </span>
      )}
    </>
  );
}
