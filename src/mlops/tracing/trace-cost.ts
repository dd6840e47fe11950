import { type Decimal, decimal, decimalString } from '../../platform/units/index.ts';
import type { Money } from '../../platform/units/schema.ts';

/** Cost of one span's tokens; null with a reason when it is unknown. */
export type SpanCost =
  | { readonly cost: Money; readonly reason: null }
  | { readonly cost: null; readonly reason: string };

/**
 * The exact sum of the spans' costs, with the reason for omitted spans. Null when no span has a price, or when prices
 * are in several currencies. Example: 0.01 USD and one unpriced span -> 0.01 USD, "1 of 2 spans have no price: …".
 */
export function computeTraceCost(costs: readonly SpanCost[]): { cost: Money | null; reason: string | null } {
  const sums = new Map<string, Decimal>();
  const reasons = new Set<string>();
  let unpriced = 0;
  for (const { cost, reason } of costs) {
    if (cost === null) {
      unpriced += 1;
      reasons.add(reason);
    } else {
      sums.set(cost.currency, (sums.get(cost.currency) ?? decimal(0)).plus(cost.amount));
    }
  }
  const [only, ...others] = sums;
  if (others.length > 0) {
    return {
      cost: null,
      reason: `the prices of its models have several currencies: ${[...sums.keys()].toSorted().join(' and ')}`,
    };
  }
  const left = unpriced === 0 ? null : `${unpriced} of ${costs.length} spans have no price: ${[...reasons].join('; ')}`;
  if (only === undefined) return { cost: null, reason: left };
  return { cost: { amount: decimalString(only[1]), currency: only[0] }, reason: left };
}
