import type { Config } from '../../platform/config/index.ts';

/** Default regions of a price lookup, and the preferred currency if there are several. */
export type PriceHome = Pick<Config, 'awsPriceRegion' | 'azurePriceRegion' | 'priceCurrency'>;

/** A parsed key of the price book: `p5.48xlarge@eu-west-1` is `p5.48xlarge` in `eu-west-1`. */
export interface ResourceKey {
  readonly name: string;
  /** null if the key has no region. */
  readonly region: string | null;
}

export function parseResourceKey(key: string): ResourceKey {
  const at = key.lastIndexOf('@');
  return at === -1 ? { name: key, region: null } : { name: key.slice(0, at), region: key.slice(at + 1) };
}

export function parseKeyRegion(key: string): string | null {
  return parseResourceKey(key).region;
}

/** Regions of which the key speaks: its own, or the home of each cloud. */
export function listKeyRegions({ region }: ResourceKey, home: PriceHome): readonly string[] {
  return region === null ? [home.awsPriceRegion, home.azurePriceRegion] : [region];
}

/**
 * Keys of the resource in your own price books, the nearest first: as requested; with a region, also the name alone, which
 * applies everywhere; without one, also the name in the home regions.
 */
export function listOwnKeys(key: ResourceKey, home: PriceHome): readonly string[] {
  const inRegions = listKeyRegions(key, home).map((region) => `${key.name}@${region}`);
  return key.region === null ? [key.name, ...inRegions] : [...inRegions, key.name];
}
