import { exactMoney, formatMoney } from '../format/money.ts';
import parts from '../parts/parts.module.css';

interface EstimatedFigureProps {
  readonly money: {
    readonly amount: string;
    readonly lower: string | null;
    readonly upper: string | null;
    readonly currency: string;
  };
  /** Text of an amount; `formatMoney` when left out. */
  readonly format?: typeof formatMoney;
}

/** Money with its interval: `$49.86 ($47.10 to $52.90)`; no interval where it has no width. */
export function EstimatedFigure({ money, format = formatMoney }: EstimatedFigureProps) {
  const { amount, lower, upper, currency } = money;
  const hasWidth = lower !== null && upper !== null && lower !== upper;
  return (
    <>
      <data value={amount} data-tip={exactMoney(money)}>
        {format({ amount, currency })}
      </data>
      {hasWidth && (
        <span className={parts.interval}>
          {' '}
          ({format({ amount: lower, currency })} to {format({ amount: upper, currency })})
        </span>
      )}
    </>
  );
}
