import { expect, it } from 'vitest';
import { chooseComparedPoints, describeCompared, findUncomparedBaseline } from './compared-points.ts';
import { FRONTIER } from './tradeoffs.testing.ts';

it('compares the best point of the frontier with the best one within the budget', () => {
  const compared = chooseComparedPoints(FRONTIER);
  expect([compared?.best.version, compared?.other.version]).toEqual(['6', '5']);
  expect(compared && describeCompared(compared)).toEqual({
    gain: '4.9\u00a0% better',
    cost: 'costs 13 times as much',
  });
});

it('compares with the cheapest one where no budget is stated, and nothing where both are the same', () => {
  const none = { point: null, budget: null, tied: [], reason: 'no budget' };
  expect(chooseComparedPoints({ ...FRONTIER, bestWithinBudget: none })?.other.version).toBe('5');
  const alone = FRONTIER.points.filter(({ version }) => version === '5');
  expect(chooseComparedPoints({ ...FRONTIER, points: alone })).toBeNull();
});

it('names the champion that has no quality on this axis, with its run', () => {
  expect(findUncomparedBaseline(FRONTIER)).toBeNull();
  const run = 'a'.repeat(32);
  const leftOut = [
    { version: '7', hardware: null, missing: 'quality' as const, reason: `no evaluation "default" (run ${run}); x` },
  ];
  expect(findUncomparedBaseline({ ...FRONTIER, leftOut })).toEqual({
    version: '7',
    evaluation: 'default',
    runId: run,
  });
});
