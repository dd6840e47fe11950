import type { Money } from '../../../src/platform/units/schema.ts';
import { exactMoney, formatMoney } from '../format/money.ts';

interface MoneyFigureProps {
  readonly money: Money;
  readonly strong?: boolean;
}

/** Money for display; the exact amount appears on hover and in copied text. */
export function MoneyFigure({ money, strong = false }: MoneyFigureProps) {
  return (
    <data value={money.amount} data-tip={exactMoney(money)} style={strong ? { fontWeight: 600 } : undefined}>
      {formatMoney(money)}
    </data>
  );
}
