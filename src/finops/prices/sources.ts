import type { Sql } from '../../platform/store/index.ts';
import { findBuiltInInstance } from './built-in.ts';
import { findStated } from './catalogue/store.ts';
import { buildTimeline, layerPrices, type StatedPrice } from './layers.ts';
import { findLearned } from './learned/store.ts';
import { listKeyRegions, listOwnKeys, type PriceHome, parseResourceKey } from './resource-key.ts';
import { findPrices } from './store.ts';
import type { BookedPrice } from './timeline.ts';

/** A learned price has precedence over all catalogues for this time after the last charge that shows it, and comes after them later. */
const FRESH_MS = 90 * 24 * 3_600_000;

/**
 * Every price of a resource, by date. If an own price book has the resource, only its prices apply. Otherwise, at each
 * instant: the bill's price while it is fresh, then the price list's, the built-in one, and an old price of a bill.
 */
export async function readPrices(sql: Sql, home: PriceHome, resource: string): Promise<BookedPrice[]> {
  const key = parseResourceKey(resource);
  const keys = listOwnKeys(key, home);
  const own = await findPrices(sql, keys);
  const nearest = keys.find((name) => own.some((price) => price.resource === name));
  if (nearest !== undefined) return own.filter((price) => price.resource === nearest);
  const regions = listKeyRegions(key, home);
  const learned = buildTimeline(selectCurrency(await findLearned(sql, key.name, regions), home), false);
  const stated = buildTimeline(selectCurrency(await findStated(sql, key.name, regions), home), true);
  const builtIn = (findBuiltInInstance(key.name)?.prices ?? []).filter(({ region }) => regions.includes(region ?? ''));
  return layerPrices([learned.flatMap(cutFreshPart), stated, builtIn, learned]);
}

/** Prices in the configured currency; without any, those in the first of the other currencies by name. */
function selectCurrency(stated: readonly StatedPrice[], { priceCurrency }: PriceHome): StatedPrice[] {
  const currencies = [...new Set(stated.map(({ price }) => price.currency))].toSorted();
  const currency = currencies.includes(priceCurrency) ? priceCurrency : currencies[0];
  return stated.filter(({ price }) => price.currency === currency);
}

/** The fresh part of a learned price; empty if the price begins after it. */
function cutFreshPart(price: BookedPrice): BookedPrice[] {
  const end = Date.parse(price.asOf ?? price.effectiveFrom) + FRESH_MS;
  if (price.effectiveTo !== null && Date.parse(price.effectiveTo) <= end) return [price];
  return [{ ...price, effectiveTo: new Date(end).toISOString().replace('.000Z', 'Z') }];
}
