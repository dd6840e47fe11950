import type { Money } from '../../../src/platform/units/schema.ts';
import { exactMoney, formatAbout } from '../format/money.ts';

interface AboutFigureProps {
  readonly money: Money;
  readonly strong?: boolean;
}

/** Money that is estimated; all that was calculated on hover and when it is copied. */
export function AboutFigure({ money, strong = false }: AboutFigureProps) {
  return (
    <data value={money.amount} data-tip={exactMoney(money)} style={strong ? { fontWeight: 600 } : undefined}>
      {formatAbout(money)}
    </data>
  );
}
