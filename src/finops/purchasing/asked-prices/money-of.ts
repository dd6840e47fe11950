import { AppError } from '../../../platform/errors/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import type { Clock } from '../../../platform/units/index.ts';
import type { Money } from '../../../platform/units/schema.ts';
import { findPriceAt, type Prices } from '../../prices/index.ts';
import type { PriceInput } from './schema.ts';

export interface PriceInputDeps {
  readonly store: Store;
  readonly prices: Pick<Prices, 'of'>;
  readonly clock: Clock;
}

/** A price that was stated, or that of the resource now. Error: `price_not_found`. */
export async function findPrice({ store, prices, clock }: PriceInputDeps, asked: PriceInput): Promise<Money> {
  if (!('resource' in asked)) return asked;
  const { amount, currency } = findPriceAt(await prices.of(store, asked.resource), asked.resource, clock.now());
  return { amount, currency };
}

/** Error: `invalid_request` if the compared amounts have two currencies. */
export function refuseTwoCurrencies(prices: readonly (Money | null)[]): void {
  const [first, second] = new Set(prices.flatMap((price) => price?.currency ?? []));
  if (first === undefined || second === undefined) return;
  const detail = `One price is in ${first} and another in ${second}. State both in one currency.`;
  throw new AppError('invalid_request', detail, { first, second });
}
