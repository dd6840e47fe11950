import type { BookedPrice } from './timeline.ts';

/**
 * Merges several timelines into one: at every instant it has the price of the first layer that has one there. Layers in
 * another currency than that of the first layer with prices are left out, so that no sum mixes two. A part of a price keeps
 * its `asOf`.
 * Example: [Feb, Mar) of the bill over [Jan, ∞) built in -> built in until Feb, the bill's until Mar, built in from Mar.
 */
export function layerPrices(layers: readonly (readonly BookedPrice[])[]): BookedPrice[] {
  const currency = layers.flat()[0]?.price.currency;
  const usable = layers.map((layer) => layer.filter(({ price }) => price.currency === currency));
  const bounds = listBounds(usable.flat());
  const found: BookedPrice[] = [];
  for (const [index, start] of bounds.entries()) {
    const price = usable.flatMap((layer) => layer.find((one) => isInForceAt(one, start)) ?? [])[0];
    if (price === undefined) continue;
    addPart(found, price, start, bounds[index + 1] ?? null);
  }
  return found;
}

/** Every instant at which some price begins or ends, in order, without repetition. */
function listBounds(prices: readonly BookedPrice[]): string[] {
  const texts = prices.flatMap(({ effectiveFrom, effectiveTo }) => [effectiveFrom, effectiveTo ?? []].flat());
  const byInstant = new Map(texts.map((text) => [Date.parse(text), text]));
  return [...byInstant].toSorted(([a], [b]) => a - b).map(([, text]) => text);
}

function isInForceAt({ effectiveFrom, effectiveTo }: BookedPrice, text: string): boolean {
  const at = Date.parse(text);
  return Date.parse(effectiveFrom) <= at && (effectiveTo === null || at < Date.parse(effectiveTo));
}

/** Parts of one price that follow each other are one. */
function addPart(found: BookedPrice[], price: BookedPrice, start: string, end: string | null): void {
  const before = found.at(-1);
  const goesOn = before?.effectiveTo === start && before.book === price.book && before.source === price.source;
  if (goesOn && before.price.amount === price.price.amount) found[found.length - 1] = { ...before, effectiveTo: end };
  else found.push({ ...price, effectiveFrom: start, effectiveTo: end });
}

/** A price as some source states it: from when on, and when it was last seen there. */
export interface StatedPrice extends Omit<BookedPrice, 'effectiveTo' | 'asOf'> {
  readonly region: string;
  /** First instant at which the price is no longer in force, by its source; null if it states none. */
  readonly endsAt: string | null;
  readonly seenAt: string;
}

/**
 * Statements about one resource, in one region and currency, as a timeline: each is in force until the next begins. A
 * repeated statement of the same amount extends the price, with the metadata of the latest statement. `dated`: the source
 * states the day on which a price begins, so the previous price is known to be in force until then; otherwise it is known to
 * be in force until it was last seen.
 */
export function buildTimeline(statements: readonly StatedPrice[], dated: boolean): BookedPrice[] {
  const sorted = statements.toSorted((a, b) => Date.parse(a.effectiveFrom) - Date.parse(b.effectiveFrom));
  const prices: BookedPrice[] = [];
  for (const [index, { endsAt, seenAt, ...stated }] of sorted.entries()) {
    const next = sorted[index + 1]?.effectiveFrom ?? null;
    const effectiveTo = findEarlier(endsAt, next);
    const asOf = dated && next !== null && effectiveTo === next ? findLater(seenAt, next) : seenAt;
    const price = { ...stated, effectiveTo, asOf };
    const before = prices.at(-1);
    const goesOn = before?.effectiveTo === stated.effectiveFrom && before.price.amount === stated.price.amount;
    if (goesOn) prices[prices.length - 1] = { ...price, effectiveFrom: before.effectiveFrom };
    else prices.push(price);
  }
  return prices;
}

function findEarlier(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other;
  return Date.parse(one) <= Date.parse(other) ? one : other;
}

function findLater(one: string, other: string): string {
  return Date.parse(one) >= Date.parse(other) ? one : other;
}
