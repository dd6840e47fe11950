import type { Money } from '../../../src/platform/units/schema.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';

interface MoneyOfProps {
  readonly money: readonly Money[];
  /** Reason to show when there is no amount. */
  readonly reason?: string;
}

/** Money in one currency or several; different currencies are never added up. */
export function MoneyOf({ money, reason = 'Nothing was charged.' }: MoneyOfProps) {
  if (money.length === 0) return <Unknown reason={reason} />;
  return money.map((one, index) => (
    <span key={one.currency}>
      {index > 0 && ' and '}
      <MoneyFigure money={one} />
    </span>
  ));
}
