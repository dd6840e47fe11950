import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMinHeap } from './min-heap.ts';

describe('the heap', () => {
  it('gives numbers back in order, whatever came between', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer(), { nil: null, freq: 3 })), (steps) => {
        const heap = createMinHeap();
        const all: number[] = [];
        for (const step of steps) {
          if (step !== null) {
            heap.push(step);
            all.push(step);
          } else {
            heap.pop();
            all.shift();
          }
          all.sort((a, b) => a - b);
          expect(heap.least()).toBe(all[0] ?? Number.POSITIVE_INFINITY);
          expect(heap.size).toBe(all.length);
        }
      }),
    );
  });

  it('replaces the least in one step', () => {
    const heap = createMinHeap();
    for (const value of [5, 1, 4]) heap.push(value);
    heap.replaceLeast(9);
    expect([heap.least(), heap.size]).toEqual([4, 3]);
  });
});
