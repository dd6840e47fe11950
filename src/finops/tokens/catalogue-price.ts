import type { ConditionalPrice, ModelPrice, TieredPrices } from '@pydantic/genai-prices';
import { decimalString } from '../../platform/units/index.ts';
import type { TokenRate, TokenRates } from './rates/schema.ts';

/** All prices of the catalogue are in US dollars. */
const CURRENCY = 'USD';
const MS_PER_DAY = 86_400_000;

/**
 * The price in force at an instant (Unix ms): the last one with a fulfilled condition, by the catalogue's rule. A start date
 * applies from its midnight UTC; hours are UTC unless they state otherwise, end exclusive, and may pass midnight. The first
 * price applies if no condition is fulfilled. Null for an empty list.
 */
export function findConditionAt(prices: readonly ConditionalPrice[], at: number): ConditionalPrice | null {
  return prices.findLast(({ constraint }) => constraint === undefined || isMet(constraint, at)) ?? prices[0] ?? null;
}

function isMet(constraint: NonNullable<ConditionalPrice['constraint']>, at: number): boolean {
  if (constraint.type === 'start_date') return at >= Date.parse(constraint.start_date);
  const start = parseTimeOfDay(constraint.start_time);
  const end = parseTimeOfDay(constraint.end_time);
  const now = ((at % MS_PER_DAY) + MS_PER_DAY) % MS_PER_DAY;
  return end < start ? now >= start || now < end : now >= start && now < end;
}

/** `16:30:00Z` -> milliseconds after midnight UTC; an offset is honoured. */
function parseTimeOfDay(text: string): number {
  const onFirstDay = Date.parse(`1970-01-02T${text}`);
  return onFirstDay % MS_PER_DAY;
}

/**
 * The catalogue's numbers as exact decimals. Each number prints as its authors wrote it (0.075), so the conversion uses that
 * text and runs before any arithmetic.
 */
export function convertRates(prices: ModelPrice): TokenRates {
  const requests = prices.requests_kcount;
  return {
    currency: CURRENCY,
    input: convertRate(prices.input_mtok),
    output: convertRate(prices.output_mtok),
    cacheRead: convertRate(prices.cache_read_mtok),
    cacheWrite: convertRate(prices.cache_write_mtok),
    cacheWrite1h: convertRate(prices.cache_write_1h_mtok),
    perThousandRequests: typeof requests === 'number' ? toExactDecimal(requests) : null,
  };
}

function convertRate(price: number | TieredPrices | undefined): TokenRate | null {
  if (price === undefined) return null;
  if (typeof price === 'number') return { perMillion: toExactDecimal(price), tiers: [] };
  const tiers = price.tiers.map(({ start, price: perMillion }) => ({
    above: start,
    perMillion: toExactDecimal(perMillion),
  }));
  return { perMillion: toExactDecimal(price.base), tiers: tiers.toSorted((a, b) => a.above - b.above) };
}

function toExactDecimal(price: number): string {
  return decimalString(String(price));
}
