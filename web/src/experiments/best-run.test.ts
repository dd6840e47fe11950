import { expect, it } from 'vitest';
import { findBestRun } from './best-run.ts';

const runs = [
  { runId: 'a', metrics: { auc: 0.7, loss: 2, x: 1 } },
  { runId: 'b', metrics: { auc: 0.9, loss: null, x: 2 } },
  { runId: 'c', metrics: { loss: 1 } },
];

it.each([
  ['auc', 'b'],
  ['loss', 'c'],
  ['x', null],
  ['f1', null],
])('finds the best run on %s: %s', (metric, best) => {
  expect(findBestRun(runs, metric)).toBe(best);
});

it('marks nothing with one value', () => {
  expect(findBestRun(runs.slice(0, 1), 'auc')).toBeNull();
});
