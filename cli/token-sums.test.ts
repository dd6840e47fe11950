import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeTokenCost, type TokenRates, toFlatRate } from '../src/finops/tokens/rates/schema.ts';
import { decimal, sumDecimals } from '../src/platform/units/schema.ts';
import { addRequest, costOfSums, tokenSums, totalTokens } from './token-sums.ts';

const rates: TokenRates = {
  currency: 'USD',
  input: {
    perMillion: '3',
    tiers: [
      { above: 1_000, perMillion: '6.1' },
      { above: 5_000, perMillion: '0.07' },
    ],
  },
  output: { perMillion: '15', tiers: [{ above: 2_000, perMillion: '22.5' }] },
  cacheRead: toFlatRate('0.3'),
  cacheWrite: null,
  cacheWrite1h: null,
  perThousandRequests: '5',
};

const request = fc.record({
  input: fc.bigInt(0n, 8_000n),
  output: fc.bigInt(0n, 4_000n),
  cachedShare: fc.integer({ min: 0, max: 100 }),
});

describe('sums of tokens by the size of their request', () => {
  it('cost exactly what their rows cost one by one', () => {
    fc.assert(
      fc.property(fc.array(request, { maxLength: 60 }), (requests) => {
        const sums = tokenSums(rates);
        const rows = requests.map(({ input, output, cachedShare }) => ({
          input,
          output,
          cached: (input * BigInt(cachedShare)) / 100n,
        }));
        for (const row of rows) addRequest(sums, row);
        const apart = rows.map(({ input, output, cached }) => {
          const [inputTokens, outputTokens, cacheReadTokens] = [input, output, cached].map((count) =>
            decimal(count.toString()),
          );
          const counts = {
            inputTokens,
            outputTokens,
            cacheReadTokens,
            cacheWriteTokens: decimal(0),
            cacheWrite1hTokens: decimal(0),
            requests: decimal(1),
          };
          return (
            computeTokenCost(
              rates,
              counts as Required<typeof counts> & Parameters<typeof computeTokenCost>[1],
              inputTokens ?? 0,
            ).amount ?? 'unpriced'
          );
        });
        expect(costOfSums(sums).amount).toBe(sumDecimals(apart));
        expect(totalTokens([sums]).rows).toBe(rows.length);
      }),
    );
  });

  it('are unpriced without rates', () => {
    const sums = tokenSums(null);
    addRequest(sums, { input: 1n, output: 1n, cached: 0n });
    expect(costOfSums(sums).amount).toBeNull();
    expect(totalTokens([sums])).toEqual({ rows: 1, inputTokens: 1n, outputTokens: 1n, cachedTokens: 0n });
  });
});
