import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDemandQuantiles } from './demand-quantiles.ts';

describe('the quantiles of demand', () => {
  it('are those of the looks within the memory, sorted', () => {
    const looks = fc.array(fc.record({ passed: fc.integer({ min: 1, max: 20 }), replicas: fc.nat(12) }), {
      minLength: 1,
      maxLength: 80,
    });
    fc.assert(
      fc.property(looks, fc.integer({ min: 5, max: 100 }), (list, memorySeconds) => {
        const quantiles = createDemandQuantiles(memorySeconds);
        const all: { at: number; replicas: number }[] = [];
        for (const { passed, replicas } of list) {
          all.push({ at: (all.at(-1)?.at ?? 0) + passed, replicas });
          quantiles.add(all.at(-1)?.at ?? 0, replicas);
        }
        const now = all.at(-1)?.at ?? 0;
        const within = all.filter(({ at }) => at > now - memorySeconds).map((one) => one.replicas);
        const sorted = within.toSorted((a, b) => a - b);
        for (const ratio of [0.5, 0.9, 1]) {
          expect(quantiles.quantile(ratio)).toBe(sorted[Math.ceil(ratio * sorted.length) - 1]);
        }
      }),
    );
  });

  it('are 0 before the first look', () => {
    expect(createDemandQuantiles(10).quantile(1)).toBe(0);
  });
});
