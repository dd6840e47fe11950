import { expect, it } from 'vitest';
import { computeCostPerPoint } from './cost-per-point.ts';

const cost = { amount: '120', currency: 'USD' };
const quality = { metric: 'ndcg', baseline: 0.7, best: 0.76, isLower: false };

it('divides the cost of the runs by the improvement in points of 0.01', () => {
  expect(computeCostPerPoint(quality, cost)).toMatchObject({
    points: 6,
    costPerPoint: { amount: '20', currency: 'USD' },
  });
  const error = { metric: 'mae', baseline: 0.5, best: 0.2, isLower: true };
  expect(computeCostPerPoint(error, cost)).toMatchObject({ points: 30, costPerPoint: { amount: '4' } });
});

it.each([
  ['no metric', { metric: null }, cost, /name a metric/],
  ['no run with the metric', { best: null }, cost, /no run has logged ndcg/],
  ['no improvement', { best: 0.7 }, cost, /better than the first/],
  ['an unknown cost', {}, null, /cost of its runs is unknown/],
])('is unknown with %s, and says why', (_name, change, known, reason) => {
  const found = computeCostPerPoint({ ...quality, ...change }, known);
  expect(found).toMatchObject({ costPerPoint: null, reason: expect.stringMatching(reason) });
});
