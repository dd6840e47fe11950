import { type Decimal, decimal, decimalString } from '../../../platform/units/index.ts';
import type { Rate } from './rates.ts';
import type { GpuCost } from './schema.ts';

const MS_PER_HOUR = 3_600_000;
/** The number of decimals of metered cost. */
const DECIMALS = 20;

/** GPU time at a rate, in milliseconds. */
export interface RatedTime {
  readonly rate: Pick<Rate, 'price'>;
  readonly ms: Decimal;
}

/**
 * Sum over rates of time x price, rounded half-even to 20 decimals once. Time without a rate is unpriced, never free.
 * Example: 3,600,000 ms at 2 and 1,800,000 ms without -> 2, 0.5 unpriced GPU-hours.
 */
export function computeCost(timeMs: Decimal, rated: readonly RatedTime[], reason: string | null): GpuCost {
  const used = rated.filter(({ ms }) => !ms.isZero());
  const currencies = [...new Set(used.map(({ rate }) => rate.price.currency))].toSorted();
  if (currencies.length > 1) {
    const mixed = `prices in ${currencies.join(' and ')} are not added up`;
    return { amount: null, currency: null, unpricedGpuHours: toHours(timeMs), reason: mixed };
  }
  let [amount, priced] = [decimal(0), decimal(0)];
  for (const { rate, ms } of used) {
    amount = amount.plus(ms.times(rate.price.amount));
    priced = priced.plus(ms);
  }
  const unpriced = timeMs.minus(priced);
  const [currency] = currencies;
  // Zero time costs nothing, at any price.
  const nothing = timeMs.isZero() ? (rated[0]?.rate.price.currency ?? null) : null;
  return {
    amount:
      currency === undefined && nothing === null
        ? null
        : decimalString(amount.dividedBy(MS_PER_HOUR).toDecimalPlaces(DECIMALS)),
    currency: currency ?? nothing,
    unpricedGpuHours: toHours(unpriced),
    reason: unpriced.isZero() ? null : reason,
  };
}

/** Exact sum of parts of a whole that were rounded each, so that they add up to it. */
export function sumOfCosts(costs: readonly GpuCost[]): GpuCost {
  const known = costs.filter(({ amount }) => amount !== null);
  const currencies = [...new Set(known.flatMap(({ currency }) => currency ?? []))].toSorted();
  const reasons = [...new Set(costs.flatMap(({ reason }) => reason ?? []))];
  const unpricedGpuHours = costs.reduce((sum, cost) => sum + cost.unpricedGpuHours, 0);
  if (currencies.length > 1) {
    reasons.push(`prices in ${currencies.join(' and ')} are not added up`);
    return { amount: null, currency: null, unpricedGpuHours, reason: reasons.join('; ') };
  }
  const amount = known.reduce((sum, cost) => sum.plus(cost.amount ?? '0'), decimal(0));
  return {
    amount: known.length === 0 ? null : decimalString(amount),
    currency: currencies[0] ?? null,
    unpricedGpuHours,
    reason: reasons.length === 0 ? null : reasons.join('; '),
  };
}

export function toHours(ms: Decimal): number {
  return ms.dividedBy(MS_PER_HOUR).toNumber();
}
