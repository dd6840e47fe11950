import type { Money } from '../../../src/platform/units/schema.ts';
import { exactMoney, formatMoneyDelta } from '../format/money.ts';

/** Money that was added or taken, with its sign; the exact amount on hover and when it is copied. */
export function MoneyDelta({ money }: { readonly money: Money }) {
  return (
    <data value={money.amount} data-tip={exactMoney(money)} style={{ whiteSpace: 'nowrap' }}>
      {formatMoneyDelta(money)}
    </data>
  );
}
