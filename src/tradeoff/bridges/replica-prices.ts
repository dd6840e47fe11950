import { formatUsedPrice, type Prices, splitAtPrices, toUsedPrice } from '../../finops/prices/index.ts';
import type { ReplicaPrices } from '../../mlops/serving/index.ts';
import { type Clock, decimal, decimalString } from '../../platform/units/index.ts';

/** Hourly cost of the resources of a replica, by the price that its usage is metered with. */
export function createReplicaPrices(prices: Pick<Prices, 'of'>, clock: Clock): ReplicaPrices {
  return {
    async of(sql, { resource, quantity }) {
      const now = clock.now();
      const [held] = splitAtPrices(await prices.of(sql, resource), now, now + 1).stretches;
      if (held === undefined) return null;
      const { amount, currency } = held.price.price;
      const source = formatUsedPrice(toUsedPrice(held.price, resource, now));
      return {
        amount: decimalString(decimal(amount).times(quantity)),
        currency,
        source: quantity === '1' ? source : `${quantity} x ${source}`,
      };
    },
  };
}
