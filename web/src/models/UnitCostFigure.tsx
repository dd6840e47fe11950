import type { CostInterval, UnitCostBasis } from '../../../src/tradeoff/unit-cost/schema.ts';
import { exactMoney, formatMoney } from '../format/money.ts';
import { Unknown } from '../parts/Unknown.tsx';
import styles from './models.module.css';
import { BASIS_NAME } from './unit-costs.ts';

interface UnitCostFigureProps {
  /** null: not known, or not comparable. */
  readonly figure: {
    readonly perThousand: { readonly amount: string; readonly currency: string } | null;
    readonly interval: CostInterval | null;
  } | null;
  readonly reason: string;
  /** Named beside the figure, where the page does not name it once for all figures. */
  readonly basis?: UnitCostBasis | null;
}

/** A cost per 1,000 predictions; exact and with its interval on hover, unknown with its reason. */
export function UnitCostFigure({ figure, reason, basis }: UnitCostFigureProps) {
  const money = figure?.perThousand ?? null;
  if (figure === null || money === null) return <Unknown reason={reason} />;
  const { interval } = figure;
  const bounds = interval === null ? '' : `; 95 % interval ${interval.lower} to ${interval.upper}`;
  return (
    <span className={styles.figure}>
      <data value={money.amount} data-tip={`${exactMoney(money)}${bounds}`}>
        {formatMoney(money)}
      </data>
      {basis != null && <span className={styles.basis}>{BASIS_NAME[basis]}</span>}
    </span>
  );
}
