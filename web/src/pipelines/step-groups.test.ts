import { describe, expect, it } from 'vitest';
import { stepNamed } from './pipelines.testing.ts';
import { computeSpan, countStates, findState, groupSteps, sumCost } from './step-groups.ts';

const sweep = [
  stepNamed('prepare', { state: 'succeeded' }),
  ...[1, 2, 3].map((lr) => stepNamed(`train[lr=${lr}]`, { needs: ['prepare'] })),
  stepNamed('evaluate', { needs: ['train[lr=1]', 'train[lr=2]', 'train[lr=3]'] }),
];

describe('groups of steps', () => {
  it('draws a large matrix as one, and what needs its steps needs it', () => {
    expect(groupSteps(sweep, 2).map(({ id, isMatrix, steps, needs }) => [id, isMatrix, steps.length, needs])).toEqual([
      ['prepare', false, 1, []],
      ['train', true, 3, ['prepare']],
      ['evaluate', false, 1, ['train']],
    ]);
  });

  it('draws the steps of a small matrix each on its own', () => {
    expect(groupSteps(sweep, 3).map(({ id }) => id)).toEqual(sweep.map(({ step }) => step));
  });

  it('knows ten thousand steps as a few groups', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => stepNamed(`try[n=${index}]`, { needs: ['prepare'] }));
    expect(groupSteps([stepNamed('prepare'), ...many]).map(({ id, steps }) => [id, steps.length])).toEqual([
      ['prepare', 1],
      ['try', 10_000],
    ]);
  });

  it.each([
    [['succeeded', 'cached'], 'succeeded'],
    [['cached', 'cached'], 'cached'],
    [['succeeded', 'failed'], 'failed'],
    [['failed', 'running'], 'running'],
    [['succeeded', 'waiting'], 'running'],
    [['waiting', 'waiting'], 'waiting'],
    [['skipped', 'stopped'], 'stopped'],
  ] as const)('%j is together %s', (states, together) => {
    expect(findState(states.map((state, index) => stepNamed(`t[n=${index}]`, { state })))).toBe(together);
  });

  it('counts the states, the worst first', () => {
    const steps = (['succeeded', 'failed', 'succeeded'] as const).map((state, n) => stepNamed(`t[n=${n}]`, { state }));
    expect(countStates(steps)).toEqual([
      { state: 'failed', count: 1 },
      { state: 'succeeded', count: 2 },
    ]);
  });

  it('adds up what is known of their cost exactly, and knows no sum of several currencies', () => {
    const of = (amount: string, currency = 'USD') => ({ cost: { amount, currency } });
    expect(sumCost([of('0.1'), of('0.2'), { cost: null }])).toEqual({ amount: '0.3', currency: 'USD' });
    expect(sumCost([of('0.1'), of('0.2', 'EUR')])).toBeNull();
    expect(sumCost([{ cost: null }])).toBeNull();
  });

  it('lasts from the first beginning to the last end, and has no end while one is to come', () => {
    const early = stepNamed('t[n=1]', {
      state: 'succeeded',
      startedAt: '2026-11-17T14:00:00Z',
      endedAt: '2026-11-17T14:00:09Z',
    });
    const late = stepNamed('t[n=2]', {
      state: 'succeeded',
      startedAt: '2026-11-17T14:00:05Z',
      endedAt: '2026-11-17T14:00:07Z',
    });
    expect(computeSpan([late, early])).toEqual({ startedAt: early.startedAt, endedAt: early.endedAt });
    expect(computeSpan([early, stepNamed('t[n=3]')]).endedAt).toBeNull();
  });
});
