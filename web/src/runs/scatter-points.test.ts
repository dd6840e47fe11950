import { describe, expect, it } from 'vitest';
import { namedRuns } from './curves.ts';
import { testRun } from './runs.testing.ts';
import { computeLogDomain, scatterPoints } from './scatter-points.ts';

describe('runs by two figures', () => {
  it('leave out a run without one of them, and mark those that nothing beats', () => {
    const runs = namedRuns([
      testRun({ runId: 'dear', metrics: { auc: 0.8 }, cost: '2' }),
      testRun({ runId: 'cheap', metrics: { auc: 0.9 }, cost: '1' }),
      testRun({ runId: 'unknown', metrics: { auc: 0.99 }, cost: null }),
    ]);
    const points = scatterPoints(runs, 'cost.total', 'metrics.auc', 'higher', 'USD');
    expect(points.map(({ id, x, front }) => [id, x, front])).toEqual([
      ['cheap', 1, true],
      ['dear', 2, false],
    ]);
  });

  it.each([
    [[0.001, 2], true],
    [[1, 20], false],
    [[0, 20], false],
    [[5], false],
    [[], false],
  ])('of costs %j a logarithmic axis is wanted: %s', (values, wanted) => {
    expect(computeLogDomain(values) !== null).toBe(wanted);
  });
});
