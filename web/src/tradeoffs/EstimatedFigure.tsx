import { decimal, type Money } from '../../../src/platform/units/schema.ts';
import { exactMoney, formatAbout, formatMoney, formatMoneyDelta } from '../format/money.ts';
import parts from '../parts/parts.module.css';

interface EstimatedFigureProps {
  readonly money: {
    readonly amount: string;
    readonly lower: string | null;
    readonly upper: string | null;
    readonly currency: string;
  };
  /** A difference has its sign. */
  readonly isDifference?: boolean;
}

/** Money with its interval: `$49.86 ($47.10 to $52.90)`; no interval where it has no width. Ends from a hundred on are whole. */
export function EstimatedFigure({ money, isDifference = false }: EstimatedFigureProps) {
  const { amount, lower, upper, currency } = money;
  const hasWidth = lower !== null && upper !== null && lower !== upper;
  const showEnd = (end: Money) =>
    isDifference && decimal(end.amount).greaterThan(0) ? `+${formatAbout(end)}` : formatAbout(end);
  return (
    <>
      <data value={amount} data-tip={exactMoney(money)}>
        {isDifference ? formatMoneyDelta({ amount, currency }) : formatMoney({ amount, currency })}
      </data>
      {hasWidth && (
        <span className={parts.interval}>
          {' '}
          ({showEnd({ amount: lower, currency })} to {showEnd({ amount: upper, currency })})
        </span>
      )}
    </>
  );
}
