import { describe, expect, it } from 'vitest';
import { countWaitingDecisions, joinParts } from './counts.ts';

const decision = {
  ...{ model: 'ranker', at: '2026-11-02', verdict: 'hold' as const, isInForce: true, needsReevaluation: false },
  checks: [{ side: 'quality', holds: null }],
};
const approval = [
  { side: 'quality', holds: true },
  { side: 'approval', holds: null },
];

describe('decisions that wait', () => {
  it.each([
    ['no decision', [], 0, 'No decision waits'],
    ['a candidate on hold', [decision], 1, '1 candidate on hold'],
    ['a candidate without an approval', [{ ...decision, checks: approval }], 1, '1 candidate to approve'],
    ['one that is superseded', [{ ...decision, isInForce: false }], 0, 'No decision waits'],
    [
      'one that is older than the last promotion of its model',
      [decision, { ...decision, at: '2026-11-03', verdict: 'promote' as const }],
      0,
      'No decision waits',
    ],
    [
      'one after the promotion of another model',
      [decision, { ...decision, model: 'fraud', at: '2026-11-03', verdict: 'promote' as const }],
      1,
      '1 candidate on hold',
    ],
    [
      'promotions whose bills have changed',
      [1, 2].map(() => ({ ...decision, verdict: 'promote' as const, needsReevaluation: true })),
      2,
      '2 decisions to evaluate again',
    ],
  ])('are counted: %s', (_, decisions, count, text) => {
    expect(countWaitingDecisions(decisions)).toMatchObject({ count, text });
  });
});

it('the level is that of the most severe part that there is', () => {
  const parts = (over: number, risk: number) =>
    joinParts(
      [
        { count: over, level: 'critical', words: ['over', 'over'] },
        { count: risk, level: 'warning', words: ['at risk', 'at risk'] },
      ],
      'none',
    );
  expect(parts(1, 2)).toEqual({ count: 3, level: 'critical', text: '1 over, 2 at risk' });
  expect(parts(0, 2)).toEqual({ count: 2, level: 'warning', text: '2 at risk' });
  expect(parts(0, 0)).toEqual({ count: 0, level: null, text: 'none' });
});
