import type { Money } from '../../../src/platform/units/schema.ts';
import { exactMoney, formatAbout } from '../format/money.ts';

interface AboutFigureProps {
  readonly money: Money;
  readonly strong?: boolean;
}

/** Estimated money, rounded; the exact amount appears on hover and in copied text. */
export function AboutFigure({ money, strong = false }: AboutFigureProps) {
  return (
    <data value={money.amount} data-tip={exactMoney(money)} style={strong ? { fontWeight: 600 } : undefined}>
      {formatAbout(money)}
    </data>
  );
}
