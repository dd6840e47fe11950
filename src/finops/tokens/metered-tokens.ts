import { decimal } from '../../platform/units/index.ts';
import { computeTokenCost, listSizeBounds, type TokenCounts } from './rates/schema.ts';
import type { TokenPrice, TokenUsage } from './schema.ts';

export interface MeteredTokens {
  readonly cost: { readonly amount: string; readonly currency: string } | null;
  readonly reason: string | null;
  readonly price: TokenPrice;
}

type Counted = Pick<
  TokenUsage,
  'inputTokens' | 'outputTokens' | 'cacheReadTokens' | 'cacheWriteTokens' | 'cacheWrite1hTokens' | 'requests'
>;

export function toTokenCounts(usage: Counted): TokenCounts {
  return {
    inputTokens: decimal(usage.inputTokens),
    outputTokens: decimal(usage.outputTokens),
    cacheReadTokens: decimal(usage.cacheReadTokens),
    cacheWriteTokens: decimal(usage.cacheWriteTokens),
    cacheWrite1hTokens: decimal(usage.cacheWrite1hTokens),
    requests: decimal(usage.requests),
  };
}

/**
 * Cost of a usage record at a price; null with a reason without one. A record of several requests may exceed the size
 * from which a price changes though none of its requests did: then its cost is unknown.
 */
export function meterTokens(usage: Counted, price: TokenPrice): MeteredTokens {
  const { rates } = price;
  if (rates === null) return { cost: null, reason: price.reason, price };
  const [lowest] = listSizeBounds(rates);
  if (usage.requests > 1 && lowest !== undefined && usage.inputTokens > lowest) {
    const reason = `the price of "${price.model}" depends on the size of each request; record them one by one`;
    return { cost: null, reason, price };
  }
  const { amount, reason } = computeTokenCost(rates, toTokenCounts(usage), usage.inputTokens);
  return { cost: amount === null ? null : { amount, currency: rates.currency }, reason, price };
}
