import type { Money } from '../../../src/platform/units/schema.ts';
import { MoneyDelta } from '../parts/MoneyDelta.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';

interface MoneyListProps {
  readonly money: readonly Money[];
  /** Reason to show when there is no amount. */
  readonly reason: string;
  /** Amounts with signs: increases and decreases. */
  readonly delta?: boolean;
}

/** Money in one currency or several, side by side: sums of different currencies are never added up. */
export function MoneyList({ money, reason, delta = false }: MoneyListProps) {
  if (money.length === 0) return <Unknown reason={reason} />;
  return money.map((one, index) => (
    <span key={one.currency}>
      {index > 0 && ', '}
      {delta ? <MoneyDelta money={one} /> : <MoneyFigure money={one} />}
    </span>
  ));
}
