import type { RunCost } from '../../mlops/runs/schema.ts';
import { type Money, sumDecimals } from '../../platform/units/index.ts';

/** Amounts of one currency as one; unknown, with the reason, where there are none or several currencies. */
export function sumMoney(parts: readonly Money[]): RunCost['metered'] {
  const currencies = [...new Set(parts.map(({ currency }) => currency))].toSorted();
  const [currency] = currencies;
  if (currency === undefined) return { cost: null, reason: 'no usage was recorded for the run' };
  if (currencies.length > 1) {
    return { cost: null, reason: `the cost is in ${currencies.join(' and ')}; currencies are not added` };
  }
  return { cost: { amount: sumDecimals(parts.map(({ amount }) => amount)), currency }, reason: null };
}
