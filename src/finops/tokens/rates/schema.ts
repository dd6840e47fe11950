import { z } from 'zod';
import { Currency, type Decimal, DecimalString, decimal, decimalString } from '../../../platform/units/schema.ts';

/** Kind of tokens, as priced by bills and catalogues. `cacheWrite1h`: cached for an hour, if that has a separate price. */
export const TokenDirection = z
  .enum(['input', 'output', 'cacheRead', 'cacheWrite', 'cacheWrite1h'])
  .describe('Which way the tokens went: fresh input, output, input read from a cache, or input written to one');
export type TokenDirection = z.infer<typeof TokenDirection>;
export const tokenDirections = TokenDirection.options;

const PerMillion = DecimalString.refine((text) => !text.startsWith('-'), 'zero or more').describe(
  'Price of 1,000,000 tokens, in the currency of the price',
);

export const TokenRate = z
  .strictObject({
    perMillion: PerMillion,
    tiers: z
      .array(
        z.strictObject({
          above: z.number().int().min(0).describe('Input tokens of one request above which this price applies instead'),
          perMillion: PerMillion,
        }),
      )
      .describe(
        'Prices by the size of the request, ascending; the whole request is priced at the last that it exceeds',
      ),
  })
  .describe('Price of one direction');
export type TokenRate = z.infer<typeof TokenRate>;

const describeRate = (what: string) => TokenRate.nullable().describe(what);

export const TokenRates = z
  .strictObject({
    currency: Currency,
    input: describeRate('Price of input tokens; null when the model has none'),
    output: describeRate('Price of output tokens; null when the model has none'),
    cacheRead: describeRate('Price of input tokens read from a cache; null: they cost what input costs'),
    cacheWrite: describeRate('Price of input tokens written to a cache; null: they cost what input costs'),
    cacheWrite1h: describeRate(
      'Price of input tokens written to a cache for one hour; null: the price of other cache writes applies',
    ),
    perThousandRequests: DecimalString.nullable().describe(
      'Price of 1,000 requests, in addition to their tokens; null when free',
    ),
  })
  .describe('Prices of a model at one instant');
export type TokenRates = z.infer<typeof TokenRates>;

const Count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Token counts of one request, or of several. */
export const tokenCounts = {
  inputTokens: Count.describe('All input tokens, those read from and written to a cache included'),
  outputTokens: Count.describe('Output tokens, those of reasoning included'),
  cacheReadTokens: Count.default(0).describe('Of the input tokens: read from a cache'),
  cacheWriteTokens: Count.default(0).describe('Of the input tokens: written to a cache'),
  cacheWrite1hTokens: Count.default(0).describe('Of the input tokens: written to a cache for one hour'),
  requests: Count.min(1).default(1).describe('How many requests these tokens are of'),
};

/** Exact counts. Decimals, because the sum over a large file may exceed the exact range of a number. */
export interface TokenCounts {
  readonly inputTokens: Decimal;
  readonly outputTokens: Decimal;
  readonly cacheReadTokens: Decimal;
  readonly cacheWriteTokens: Decimal;
  readonly cacheWrite1hTokens: Decimal;
  readonly requests: Decimal;
}

export type TokenCost =
  | { readonly amount: string; readonly reason: null }
  | { readonly amount: null; readonly reason: string };

const MILLION = 1_000_000;
const THOUSAND = 1_000;

/** The fallback for a direction without a separate price. */
const fallbacks: Readonly<Partial<Record<TokenDirection, TokenDirection>>> = {
  cacheWrite1h: 'cacheWrite',
  cacheWrite: 'input',
  cacheRead: 'input',
};

/** The rate of a direction, or of its fallback: cache tokens without a separate price cost as much as input tokens. */
export function findEffectiveRate(rates: TokenRates, direction: TokenDirection): TokenRate | null {
  const fallback = fallbacks[direction];
  return rates[direction] ?? (fallback === undefined ? null : findEffectiveRate(rates, fallback));
}

/** Price of 1,000,000 tokens in a request of this many input tokens. */
export function findPerMillion(rate: TokenRate, requestInputTokens: number | Decimal): string {
  const size = decimal(requestInputTokens);
  const held = rate.tiers.findLast((tier) => size.gt(tier.above));
  return held?.perMillion ?? rate.perMillion;
}

/** The input sizes at which some price of the model changes, ascending; empty when none depends on the size. */
export function listSizeBounds(rates: TokenRates): number[] {
  const bounds = tokenDirections.flatMap((direction) => rates[direction]?.tiers.map((tier) => tier.above) ?? []);
  return [...new Set(bounds)].toSorted((a, b) => a - b);
}

/**
 * Exact cost: sum over the directions of tokens x price / 1,000,000, plus requests x price / 1,000. Cached tokens are part
 * of the input tokens and are subtracted from them. `requestInputTokens` selects the price if it depends on the size of a
 * request. Null with a reason if tokens without a price were used. Example: 1,000 in of which 400 from a cache, 100 out, at
 * 2.50 / 1.25 / 10.00 -> 0.0015 + 0.0005 + 0.001 = 0.003.
 */
export function computeTokenCost(
  rates: TokenRates,
  counts: TokenCounts,
  requestInputTokens: number | Decimal,
): TokenCost {
  const { cacheReadTokens, cacheWriteTokens, cacheWrite1hTokens } = counts;
  const fresh = counts.inputTokens.minus(cacheReadTokens).minus(cacheWriteTokens).minus(cacheWrite1hTokens);
  if (fresh.isNegative()) return { amount: null, reason: 'more tokens are cached than there are input tokens' };
  const used: readonly (readonly [TokenDirection, Decimal])[] = [
    ['input', fresh],
    ['output', counts.outputTokens],
    ['cacheRead', cacheReadTokens],
    ['cacheWrite', cacheWriteTokens],
    ['cacheWrite1h', cacheWrite1hTokens],
  ];
  let sum = decimal(0);
  for (const [direction, tokens] of used) {
    if (tokens.isZero()) continue;
    const rate = findEffectiveRate(rates, direction);
    if (rate === null) return { amount: null, reason: `the price of the model has none for ${direction} tokens` };
    sum = sum.plus(tokens.times(findPerMillion(rate, requestInputTokens)).dividedBy(MILLION));
  }
  if (rates.perThousandRequests !== null) {
    sum = sum.plus(counts.requests.times(rates.perThousandRequests).dividedBy(THOUSAND));
  }
  return { amount: decimalString(sum), reason: null };
}

/** A rate without tiers, null for null. */
export function toFlatRate(perMillion: string | null): TokenRate | null {
  return perMillion === null ? null : { perMillion, tiers: [] };
}
