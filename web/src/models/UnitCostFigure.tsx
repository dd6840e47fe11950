import type { CostInterval, UnitCostBasis } from '../../../src/tradeoff/unit-cost/schema.ts';
import { exactMoney, formatScaled, type UnitScale, unitScale } from '../format/money.ts';
import { Unknown } from '../parts/Unknown.tsx';
import styles from './models.module.css';
import { BASIS_NAME } from './unit-costs.ts';

const COUNT = 1000;

interface UnitCostFigureProps {
  /** null: not known, or not comparable. */
  readonly figure: {
    readonly perThousand: { readonly amount: string; readonly currency: string } | null;
    readonly interval: CostInterval | null;
  } | null;
  readonly reason: string;
  /** Shown next to the figure, where the page does not name one basis for all figures. */
  readonly basis?: UnitCostBasis | null;
  /** Scale of all figures in the group; the figure's own scale when left out. */
  readonly scale?: UnitScale | undefined;
  /**
   * Number of predictions that the column head states: "1,000" when left out. null in a sentence, which states none.
   */
  readonly stated?: string | null;
}

/** A cost per 1,000 predictions, or of more where that is too small to read; exact and with its interval on hover. */
export function UnitCostFigure({ figure, reason, basis, scale, stated = '1,000' }: UnitCostFigureProps) {
  const money = figure?.perThousand ?? null;
  if (figure === null || money === null) return <Unknown reason={reason} />;
  const { interval } = figure;
  const usedScale = scale ?? unitScale(money.amount, COUNT);
  const bounds = interval === null ? '' : `; 95 % interval ${interval.lower} to ${interval.upper}`;
  return (
    <span className={styles.figure}>
      <data value={money.amount} data-tip={`${exactMoney(money)} per 1,000${bounds}`}>
        {formatScaled(money, usedScale)}
      </data>
      {usedScale.per !== stated && ` per ${usedScale.per}`}
      {basis != null && <span className={styles.basis}>{BASIS_NAME[basis]}</span>}
    </span>
  );
}
