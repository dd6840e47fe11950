import type { Money } from '../../../src/platform/units/schema.ts';
import { exactMoney, formatScaled, unitScale } from '../format/money.ts';

interface UnitCostProps {
  readonly money: Money;
  /** Units that the money is for. */
  readonly count: number;
  /** Unit that the surrounding column already states: a column "Per 1,000" has `1,000`. */
  readonly stated?: string;
}

/** Cost of `count` units. Where that is too small to read, the cost of more units: `$0.81 per 1M`. Exact on hover. */
export function UnitCost({ money, count, stated }: UnitCostProps) {
  const scale = unitScale(money.amount, count);
  return (
    <>
      <data value={money.amount} data-tip={`${exactMoney(money)} per ${unitScale('0', count).per}`}>
        {formatScaled(money, scale)}
      </data>
      {scale.per !== stated && ` per ${scale.per}`}
    </>
  );
}
