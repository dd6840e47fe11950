import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHighestOfLast } from './stabilization.ts';

describe('the highest of the last wishes', () => {
  it('is what a look over all of them finds', () => {
    const wishes = fc.array(fc.record({ passed: fc.integer({ min: 0, max: 40 }), wish: fc.nat(9) }), { maxLength: 60 });
    fc.assert(
      fc.property(wishes, fc.integer({ min: 0, max: 100 }), (list, windowSeconds) => {
        const highest = createHighestOfLast(windowSeconds);
        const all: { at: number; wish: number }[] = [];
        for (const { passed, wish } of list) {
          const at = (all.at(-1)?.at ?? 0) + passed;
          all.push({ at, wish });
          const within = all.filter((one) => one.at >= at - windowSeconds).map((one) => one.wish);
          expect(highest(at, wish)).toBe(Math.max(...within));
        }
      }),
    );
  });
});
