import { expect, it } from 'vitest';
import { buildSpread } from './spread.ts';

it('draws sides of different size as shares of each', () => {
  const spread = buildSpread({ kind: 'numbers', edges: [0, 1, 2], reference: [100, 300], current: [30, 10] });
  expect(spread.bins.map(({ label, reference, current }) => [label, reference, current])).toEqual([
    ['0 to 1', 25, 75],
    ['1 to 2', 75, 25],
  ]);
  expect(spread.bins[0]?.text).toEqual(['25\u00a0% (100 of 400)', '75\u00a0% (30 of 40)']);
});

it('keeps what is not named as a bin of its own', () => {
  const spread = buildSpread({
    ...{ kind: 'categories', values: ['de', 'fr'], reference: [5, 4], current: [1, 0] },
    ...{ otherReference: 1, otherCurrent: 9 },
  });
  expect(spread.bins.map(({ label, current }) => [label, current])).toEqual([
    ['de', 10],
    ['fr', 0],
    ['any other', 90],
  ]);
});

it('draws an empty side at zero', () => {
  const spread = buildSpread({ kind: 'numbers', edges: [0, 1], reference: [3], current: [0] });
  expect(spread.bins[0]).toMatchObject({ reference: 100, current: 0 });
});
