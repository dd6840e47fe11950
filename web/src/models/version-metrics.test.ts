import { expect, it } from 'vitest';
import { listMeasuredMetrics } from './version-metrics.ts';

it('joins a metric with its interval and its number of examples', () => {
  const metrics = { 'ndcg.ci_upper': 0.4, ndcg: 0.3, 'ndcg.ci_lower': 0.2, 'ndcg.n': 50, loss: null, 'other.n': 3 };
  expect(listMeasuredMetrics(metrics)).toEqual([
    { name: 'loss', value: null, interval: null, n: null },
    { name: 'ndcg', value: 0.3, interval: { lower: 0.2, upper: 0.4 }, n: 50 },
    { name: 'other.n', value: 3, interval: null, n: null },
  ]);
});
