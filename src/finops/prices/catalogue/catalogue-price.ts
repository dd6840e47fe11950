import { formatPriceText } from '../../../platform/units/index.ts';
import type { Money } from '../../../platform/units/schema.ts';

/** On-demand price of one machine type in a catalogue. */
export interface CataloguePrice {
  /** Instance type as its cloud names it. */
  readonly resource: string;
  readonly region: string;
  /** Per hour. */
  readonly price: Money;
  readonly effectiveFrom: string;
  /** First instant at which the price is no longer in force, by the catalogue; null if it states no end. */
  readonly effectiveTo: string | null;
}

/** A machine whose price was rejected, with the reason. */
export interface LeftOut {
  readonly resource: string;
  readonly region: string;
  readonly reason: string;
}

/** Result of reading a catalogue. */
export interface ReadCatalogue {
  /** Publication time by its cloud; null if it states none. */
  readonly publishedAt: string | null;
  readonly prices: readonly CataloguePrice[];
  readonly leftOut: readonly LeftOut[];
}

/** Collects prices one by one and reports which of them agree. */
export interface PriceCollector {
  /** `rank`: of two offers of one machine the lower rank is used, and offers of one rank must agree. */
  add(price: CataloguePrice, rank: number): void;
  collected(): Pick<ReadCatalogue, 'prices' | 'leftOut'>;
}

interface Candidate {
  readonly price: CataloguePrice;
  readonly rank: number;
  /** Another amount that the same rank has; null while all agree. */
  readonly other: string | null;
}

/** A machine with two prices in a catalogue gets none: nothing identifies the right one. */
export function collectPrices(): PriceCollector {
  const candidates = new Map<string, Candidate>();
  return {
    add(price, rank) {
      const key = [price.resource, price.region, price.price.currency, price.effectiveFrom].join('\n');
      const before = candidates.get(key);
      if (before === undefined || rank < before.rank) candidates.set(key, { price, rank, other: null });
      else if (rank === before.rank && before.price.price.amount !== price.price.amount)
        candidates.set(key, { ...before, other: price.price.amount });
    },
    collected() {
      const all = [...candidates.values()];
      return {
        prices: all.filter(({ other }) => other === null).map(({ price }) => price),
        leftOut: all.flatMap(({ price, other }) => (other === null ? [] : [buildConflict(price, other)])),
      };
    },
  };
}

function buildConflict({ resource, region, price: { amount, currency } }: CataloguePrice, other: string): LeftOut {
  return {
    resource,
    region,
    reason: `it is priced twice, at ${formatPriceText({ amount, currency })} and at ${formatPriceText({ amount: other, currency })}`,
  };
}

/** A day or an instant of a catalogue, as we write instants. Null when it is neither. */
export function parseCatalogueInstant(text: string): string | null {
  const instant = Date.parse(text);
  return Number.isNaN(instant) ? null : new Date(instant).toISOString().replace('.000Z', 'Z');
}
