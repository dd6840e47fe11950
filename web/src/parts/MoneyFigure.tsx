import type { Money } from '../../../src/platform/units/schema.ts';
import { exactMoney, formatMoney } from '../format/money.ts';

interface MoneyFigureProps {
  readonly money: Money;
  readonly strong?: boolean;
}

/** Money as it is read; the exact amount on hover and when it is copied. */
export function MoneyFigure({ money, strong = false }: MoneyFigureProps) {
  return (
    <data value={money.amount} data-tip={exactMoney(money)} style={strong ? { fontWeight: 600 } : undefined}>
      {formatMoney(money)}
    </data>
  );
}
