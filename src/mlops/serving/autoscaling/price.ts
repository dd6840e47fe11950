import type { Sql } from '../../../platform/store/index.ts';
import type { Variant } from '../spec/schema.ts';
import { heldBy, type ReplicaFacts } from '../usage.ts';
import type { ScaledVariant } from './schema.ts';

/** What a replica costs an hour, and who says so. */
export type ReplicaPrice = NonNullable<ScaledVariant['price']>;

type Held = Pick<ReplicaFacts, 'resource' | 'quantity'>;

/** What is held costs: the other wing knows, by the prices that replicas are metered with. */
export interface ReplicaPrices {
  /** Now; null where it has no price. */
  of(sql: Sql, held: Held): Promise<ReplicaPrice | null>;
}

/** What the document says of a variant; undefined: it leaves that to the price book. */
export function statedPrice({ scaling }: Variant): ReplicaPrice | undefined {
  const amount = scaling?.price;
  return amount === undefined ? undefined : { amount, currency: null, source: 'the document of the endpoint' };
}

/** Prices as they were asked for last. */
export class KnownPrices {
  readonly #known = new Map<string, ReplicaPrice | null>();

  /** Null: there is none, or nobody has asked yet. */
  of(variant: Variant): ReplicaPrice | null {
    return statedPrice(variant) ?? this.#known.get(keyOf(variant)) ?? null;
  }

  /** Whether one of them is another than before. */
  async ask(prices: ReplicaPrices, sql: Sql, variants: readonly Variant[]): Promise<boolean> {
    const asked = new Map(variants.filter((one) => statedPrice(one) === undefined).map((one) => [keyOf(one), one]));
    let isNew = false;
    for (const [key, variant] of asked) {
      const found = await prices.of(sql, heldBy(variant));
      isNew ||= JSON.stringify(found) !== JSON.stringify(this.#known.get(key) ?? null);
      this.#known.set(key, found);
    }
    return isNew;
  }
}

function keyOf(variant: Variant): string {
  return JSON.stringify(heldBy(variant));
}
