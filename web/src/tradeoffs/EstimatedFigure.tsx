import { decimal, type Money } from '../../../src/platform/units/schema.ts';
import { exactMoney, formatAbout, formatMoney, formatMoneyDelta } from '../format/money.ts';
import parts from '../parts/parts.module.css';

interface Estimated extends Money {
  readonly lower: string | null;
  readonly upper: string | null;
}

interface EstimatedFigureProps {
  readonly money: Estimated;
  /** A difference has its sign. */
  readonly isDifference?: boolean;
}

/** Money with its interval: `$49.86 ($47.10 to $52.90)`; no interval where it has no width. Ends from a hundred on are whole. */
export function EstimatedFigure({ money, isDifference = false }: EstimatedFigureProps) {
  const { amount, lower, upper, currency } = money;
  const showEnd = (end: Money) =>
    isDifference && decimal(end.amount).greaterThan(0) ? `+${formatAbout(end)}` : formatAbout(end);
  return (
    <>
      <data value={amount} data-tip={exactMoney(money)}>
        {isDifference ? formatMoneyDelta({ amount, currency }) : formatMoney({ amount, currency })}
      </data>
      {lower !== null && upper !== null && lower !== upper && (
        <span className={parts.interval}>
          {' '}
          ({showEnd({ amount: lower, currency })} to {showEnd({ amount: upper, currency })})
        </span>
      )}
    </>
  );
}

/** Whether an amount has an interval with a width. */
export function hasInterval({ lower, upper }: Pick<Estimated, 'lower' | 'upper'>): boolean {
  return lower !== null && upper !== null && lower !== upper;
}
