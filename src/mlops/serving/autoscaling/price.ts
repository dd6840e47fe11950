import type { Sql } from '../../../platform/store/index.ts';
import type { Variant } from '../../endpoint-spec/schema.ts';
import { type ReplicaFacts, selectHeldResource } from '../usage.ts';
import type { ScaledVariant } from './schema.ts';

/** Price of a replica per hour, and its source. */
export type ReplicaPrice = NonNullable<ScaledVariant['price']>;

type HeldResource = Pick<ReplicaFacts, 'resource' | 'quantity'>;

/** Prices of held resources. FinOps implements it with the price book that also meters replicas; main injects it. */
export interface ReplicaPrices {
  /** Current price; null where the price book has none. */
  of(sql: Sql, held: HeldResource): Promise<ReplicaPrice | null>;
}

/** The price in the endpoint's document; undefined: the price book decides. */
export function readStatedPrice({ scaling }: Variant): ReplicaPrice | undefined {
  const amount = scaling?.price;
  return amount === undefined ? undefined : { amount, currency: null, source: 'the endpoint document' };
}

/** Cache of the last read prices. */
export class KnownPrices {
  readonly #known = new Map<string, ReplicaPrice | null>();

  /** Null: there is no price, or it has not been read yet. */
  of(variant: Variant): ReplicaPrice | null {
    return readStatedPrice(variant) ?? this.#known.get(buildPriceKey(variant)) ?? null;
  }

  /** Whether one of the prices changed. */
  async ask(prices: ReplicaPrices, sql: Sql, variants: readonly Variant[]): Promise<boolean> {
    const asked = new Map(
      variants.filter((one) => readStatedPrice(one) === undefined).map((one) => [buildPriceKey(one), one]),
    );
    let isNew = false;
    for (const [key, variant] of asked) {
      const found = await prices.of(sql, selectHeldResource(variant));
      isNew ||= JSON.stringify(found) !== JSON.stringify(this.#known.get(key) ?? null);
      this.#known.set(key, found);
    }
    return isNew;
  }
}

function buildPriceKey(variant: Variant): string {
  return JSON.stringify(selectHeldResource(variant));
}
