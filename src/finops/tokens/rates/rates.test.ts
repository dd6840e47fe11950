import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal } from '../../../platform/units/index.ts';
import {
  computeTokenCost,
  findPerMillion,
  listSizeBounds,
  type TokenCounts,
  type TokenRates,
  toFlatRate,
} from './schema.ts';

const none: TokenRates = {
  currency: 'USD',
  input: null,
  output: null,
  cacheRead: null,
  cacheWrite: null,
  cacheWrite1h: null,
  perThousandRequests: null,
};
const priced = (change: Partial<TokenRates>): TokenRates => ({
  ...none,
  input: toFlatRate('2.5'),
  output: toFlatRate('10'),
  ...change,
});
const counts = (
  input: number,
  output: number,
  change: Partial<Record<keyof TokenCounts, number>> = {},
): TokenCounts => ({
  inputTokens: decimal(input),
  outputTokens: decimal(output),
  cacheReadTokens: decimal(change.cacheReadTokens ?? 0),
  cacheWriteTokens: decimal(change.cacheWriteTokens ?? 0),
  cacheWrite1hTokens: decimal(change.cacheWrite1hTokens ?? 0),
  requests: decimal(change.requests ?? 1),
});

describe('the cost of tokens', () => {
  it('takes cached tokens out of the input', () => {
    const rates = priced({ cacheRead: toFlatRate('1.25') });
    expect(computeTokenCost(rates, counts(1000, 100, { cacheReadTokens: 400 }), 1000).amount).toBe('0.003');
  });

  it('prices a cache without a price of its own like input, and an hour of cache like any cache', () => {
    expect(computeTokenCost(priced({}), counts(1000, 0, { cacheReadTokens: 400 }), 0).amount).toBe('0.0025');
    const written = counts(1000, 0, { cacheWrite1hTokens: 1000 });
    expect(computeTokenCost(priced({ cacheWrite: toFlatRate('3') }), written, 0).amount).toBe('0.003');
    expect(
      computeTokenCost(priced({ cacheWrite: toFlatRate('3'), cacheWrite1h: toFlatRate('5') }), written, 0).amount,
    ).toBe('0.005');
  });

  it('prices the whole request at the last size that it exceeds', () => {
    const input = { perMillion: '3', tiers: [{ above: 200_000, perMillion: '6' }] };
    const rates = priced({ input });
    expect(listSizeBounds(rates)).toEqual([200_000]);
    expect([findPerMillion(input, 200_000), findPerMillion(input, 200_001)]).toEqual(['3', '6']);
    expect(computeTokenCost(rates, counts(200_001, 0), 200_001).amount).toBe('1.200006');
  });

  it('adds the price of requests', () => {
    expect(computeTokenCost(priced({ perThousandRequests: '5' }), counts(0, 0, { requests: 3 }), 0).amount).toBe(
      '0.015',
    );
  });

  it('is unknown, never zero, for tokens without a price, and zero for none of them', () => {
    expect(computeTokenCost({ ...none, input: toFlatRate('1') }, counts(10, 1), 10)).toEqual({
      amount: null,
      reason: 'the price of the model has none for output tokens',
    });
    expect(computeTokenCost({ ...none, input: toFlatRate('1') }, counts(10, 0), 10).amount).toBe('0.00001');
    expect(computeTokenCost(none, counts(1, 0), 1).amount).toBeNull();
  });

  it('refuses more cached tokens than input', () => {
    expect(computeTokenCost(priced({}), counts(10, 0, { cacheReadTokens: 11 }), 10).amount).toBeNull();
  });

  it('is exact: equal to the quotient in whole numbers, for any prices and counts', () => {
    const price = fc.record({
      units: fc.bigInt({ min: 0n, max: 10n ** 9n }),
      decimals: fc.integer({ min: 0, max: 9 }),
    });
    const tokens = fc.bigInt({ min: 0n, max: 10n ** 15n });
    fc.assert(
      fc.property(price, price, tokens, tokens, (input, output, inputTokens, outputTokens) => {
        const text = ({ units, decimals }: { units: bigint; decimals: number }) =>
          decimal(units.toString()).times(decimal(10).pow(-decimals)).toFixed();
        const rates = priced({ input: toFlatRate(text(input)), output: toFlatRate(text(output)) });
        const used = {
          ...counts(0, 0),
          inputTokens: decimal(inputTokens.toString()),
          outputTokens: decimal(outputTokens.toString()),
        };
        const scaled = (units: bigint, decimals: number) => units * 10n ** BigInt(9 - decimals);
        const quotient =
          inputTokens * scaled(input.units, input.decimals) + outputTokens * scaled(output.units, output.decimals);
        const { amount } = computeTokenCost(rates, used, 0);
        expect(
          decimal(amount ?? Number.NaN)
            .times('1e15')
            .toFixed(),
        ).toBe(quotient.toString());
      }),
    );
  });
});
