import type { Random } from '../random/xoshiro.ts';

export interface ItemCatalogue {
  /** Natural logarithm of each item's Zipf weight. */
  readonly logPopularity: Float64Array;
  /** Amount that the item adds to every rating, in stars; mean 0. */
  readonly quality: Float64Array;
  /** Match of each item with a user's tastes, 0 (none) to about 1.5 (two strong tastes together). */
  match(userTastes: Float64Array): Float64Array;
}

/** Zipf exponent of popularity; MovieLens catalogues show 0.8 to 1.0 over their body. */
const ZIPF_EXPONENT = 0.9;

/**
 * A catalogue whose items have one main taste and up to two minor ones. Popularity follows Zipf's law over a random
 * order of the items, so a niche has its own hits and its own long tail.
 */
export function createCatalogue(random: Random, itemCount: number, tasteCount: number): ItemCatalogue {
  const logPopularity = new Float64Array(itemCount);
  const quality = new Float64Array(itemCount);
  const membersOfTaste: { item: number; strength: number }[][] = Array.from({ length: tasteCount }, () => []);
  const order = shuffledIndices(random, itemCount);
  for (let item = 0; item < itemCount; item++) {
    logPopularity[item] = -ZIPF_EXPONENT * Math.log((order[item] ?? 0) + 8);
    quality[item] = 0.3 * random.normal();
    const main = item % tasteCount;
    membersOfTaste[main]?.push({ item, strength: 0.75 + 0.25 * random.next() });
    for (let minor = random.integer(3); minor > 0; minor--) {
      const taste = random.integer(tasteCount);
      if (taste !== main) membersOfTaste[taste]?.push({ item, strength: 0.2 + 0.4 * random.next() });
    }
  }
  return {
    logPopularity,
    quality,
    match: (userTastes) => {
      const match = new Float64Array(itemCount);
      for (let taste = 0; taste < tasteCount; taste++) {
        const held = userTastes[taste] ?? 0;
        if (held === 0) continue;
        for (const { item, strength } of membersOfTaste[taste] ?? [])
          match[item] = (match[item] ?? 0) + held * strength;
      }
      return match;
    },
  };
}

function shuffledIndices(random: Random, count: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const swapped = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = swapped;
  }
  return order;
}
