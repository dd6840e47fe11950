import type { z } from 'zod';
import { AppError } from '../../platform/errors/index.ts';
import { type TokenRate, type TokenRates, toFlatRate } from './rates/schema.ts';
import type { ServiceTier, TokenPricesSpec } from './schema.ts';

type Entry = z.infer<typeof TokenPricesSpec>['prices'][number];

/** A price from your own list. */
export interface ListedPrice {
  /** `name@version` of the list. */
  readonly list: string;
  /** A model's name; `*` matches any text. */
  readonly model: string;
  readonly provider: string | null;
  readonly serviceTier: ServiceTier;
  readonly rates: TokenRates;
  readonly effectiveFrom: string;
  readonly effectiveTo: string | null;
  readonly source: string;
}

/** The key of a price lookup. */
export interface PriceQuestion {
  /** Names of one model: as written in the source, and as in the catalogue. */
  readonly names: readonly string[];
  /** Names of its provider; empty if no provider is known. */
  readonly providers: readonly string[];
  readonly serviceTier: ServiceTier;
  /** Unix milliseconds. */
  readonly at: number;
}

/**
 * The prices of a list. A price without an end is in force until the next one of the same model, provider and tier begins.
 * Errors: `manifest_invalid` if two of them overlap.
 */
export function buildListedPrices(name: string, version: number, spec: z.infer<typeof TokenPricesSpec>): ListedPrice[] {
  const sorted = spec.prices.toSorted((a, b) => Date.parse(a.effectiveFrom) - Date.parse(b.effectiveFrom));
  return sorted.map((entry, index) => {
    const next = sorted.slice(index + 1).find((later) => buildEntryKey(later) === buildEntryKey(entry));
    const effectiveTo = entry.effectiveTo ?? next?.effectiveFrom ?? null;
    if (next !== undefined && endsAfter(effectiveTo, next.effectiveFrom, entry.effectiveFrom)) {
      const detail = `TokenPrices "${name}": two prices of ${entry.model} hold at ${next.effectiveFrom}. End the first price at that instant.`;
      throw new AppError('manifest_invalid', detail, { list: name, model: entry.model });
    }
    return {
      list: `${name}@${version}`,
      model: entry.model,
      provider: entry.provider ?? null,
      serviceTier: entry.serviceTier,
      rates: buildRates(entry, spec.currency),
      effectiveFrom: entry.effectiveFrom,
      effectiveTo,
      source: entry.source ?? spec.source,
    };
  });
}

function buildEntryKey({ model, provider, serviceTier }: Pick<Entry, 'model' | 'provider' | 'serviceTier'>): string {
  return JSON.stringify([model.toLowerCase(), provider?.toLowerCase() ?? null, serviceTier]);
}

function endsAfter(effectiveTo: string | null, nextFrom: string, from: string): boolean {
  return from === nextFrom || (effectiveTo !== null && Date.parse(effectiveTo) > Date.parse(nextFrom));
}

function buildRates(entry: Entry, currency: string): TokenRates {
  const rate = (price: Entry['input']): TokenRate | null => {
    if (price === undefined) return null;
    if (typeof price === 'string') return toFlatRate(price);
    return { perMillion: price.base, tiers: price.tiers.toSorted((a, b) => a.above - b.above) };
  };
  return {
    currency,
    input: rate(entry.input),
    output: rate(entry.output),
    cacheRead: rate(entry.cacheRead),
    cacheWrite: rate(entry.cacheWrite),
    cacheWrite1h: rate(entry.cacheWrite1h),
    perThousandRequests: entry.perThousandRequests ?? null,
  };
}

/** A price of another list for the very same model, provider, tier and time: which would win depends on nothing. */
export function findClashingPrice(own: readonly ListedPrice[], others: readonly ListedPrice[]): ListedPrice | null {
  return (
    others.find((other) => own.some((price) => haveSameKey(price, other) && doPricesOverlap(price, other))) ?? null
  );
}

function haveSameKey(a: ListedPrice, b: ListedPrice): boolean {
  const key = ({ model, provider, serviceTier }: ListedPrice) =>
    buildEntryKey({ model, provider: provider ?? undefined, serviceTier });
  return key(a) === key(b);
}

function doPricesOverlap(a: ListedPrice, b: ListedPrice): boolean {
  const end = (price: ListedPrice) =>
    price.effectiveTo === null ? Number.POSITIVE_INFINITY : Date.parse(price.effectiveTo);
  return Date.parse(a.effectiveFrom) < end(b) && Date.parse(b.effectiveFrom) < end(a);
}

/**
 * The matching prices, by precedence: a full name before a pattern, a longer pattern before a shorter one, a price with a
 * provider before one without.
 */
export function findMatchingPrices(prices: readonly ListedPrice[], question: PriceQuestion): ListedPrice[] {
  return prices
    .filter((price) => price.serviceTier === question.serviceTier && isInForceAt(price, question.at))
    .filter((price) => price.provider === null || matchesAnyName(price.provider, question.providers))
    .filter((price) => question.names.some((name) => isLike(price.model, name)))
    .toSorted((a, b) => rankPrice(b) - rankPrice(a) || a.model.localeCompare(b.model));
}

function matchesAnyName(name: string, names: readonly string[]): boolean {
  return names.some((other) => other.toLowerCase() === name.toLowerCase());
}

function isInForceAt({ effectiveFrom, effectiveTo }: ListedPrice, at: number): boolean {
  return Date.parse(effectiveFrom) <= at && (effectiveTo === null || at < Date.parse(effectiveTo));
}

/** Whether a name matches a pattern, without letter case: the texts between its stars, in order, ends anchored. */
function isLike(pattern: string, name: string): boolean {
  const [first = '', ...others] = pattern.toLowerCase().split('*');
  const text = name.toLowerCase();
  const last = others.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let from = first.length;
  for (const part of others) {
    const at = text.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return text.length - last.length >= from && text.endsWith(last);
}

const FULL_NAME = 100_000;

function rankPrice({ model, provider }: ListedPrice): number {
  const literalLength = model.replaceAll('*', '').length;
  return (model.includes('*') ? 0 : FULL_NAME) + literalLength * 2 + (provider === null ? 0 : 1);
}
