import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Asha, goesOnByAsha, goesOnByMedian, type Progress } from './schema.ts';

const asha: Asha = { firstRung: 1, eta: 3, goal: 'max' };
const trial = (number: number, ...points: [spent: number, value: number][]): Progress => ({
  trial: number,
  points: points.map(([spent, value]) => ({ spent, value })),
});

describe('asynchronous successive halving', () => {
  it.each<[string, Progress, Progress[], boolean]>([
    ['goes on before the first rung', trial(1, [0.9, 0]), [trial(2, [1, 1])], true],
    ['goes on as the first at a rung', trial(1, [1, 0]), [], true],
    ['goes on without a value', trial(1), [trial(2, [1, 1])], true],
    ['goes on among the best third', trial(1, [1, 0.9]), [trial(2, [1, 0.8]), trial(3, [1, 0.7])], true],
    ['ends behind the best third', trial(1, [1, 0.8]), [trial(2, [1, 0.9]), trial(3, [1, 0.7])], false],
    ['ends at a later rung', trial(1, [1, 0.9], [3, 0.9]), [trial(2, [1, 0.8], [3, 0.95])], false],
    [
      'is judged by its best value by then, not by what came later',
      trial(1, [0.5, 0.9], [1, 0.1]),
      [trial(2, [1, 0.5], [9, 0.99])],
      true,
    ],
  ])('%s', (_, one, others, goesOn) => {
    expect(goesOnByAsha(one, [one, ...others], asha)).toBe(goesOn);
    const negated = (each: Progress): Progress => ({
      ...each,
      points: each.points.map(({ spent, value }) => ({ spent, value: -value })),
    });
    expect(goesOnByAsha(negated(one), [one, ...others].map(negated), { ...asha, goal: 'min' })).toBe(goesOn);
  });

  it('never ends the best of all, and of those that reach a rung lets about one of eta on', () => {
    const values = fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(values, fc.integer({ min: 2, max: 5 }), (list, eta) => {
        const all = list.map((value, index) => trial(index, [1, value]));
        const on = all.filter((one) => goesOnByAsha(one, all, { ...asha, eta }));
        expect(on.map(({ points }) => points[0]?.value)).toContain(Math.max(...list));
        expect(on).toHaveLength(Math.max(1, Math.floor(list.length / eta)));
      }),
    );
  });
});

describe('the median rule', () => {
  const peers = [trial(2, [1, 0.5], [2, 0.7]), trial(3, [1, 0.6], [2, 0.8]), trial(4, [1, 0.7], [2, 0.9])];
  it.each<[string, Progress, Progress[], boolean]>([
    ['goes on in the warm-up', trial(1, [0.5, 0]), peers, true],
    ['goes on with two peers', trial(1, [2, 0]), peers.slice(0, 2), true],
    ['ends below the median of averages', trial(1, [2, 0.69]), peers, false],
    ['goes on at the median', trial(1, [2, 0.7]), peers, true],
    ['counts no peers that have not come so far', trial(1, [3, 0]), peers, true],
  ])('%s', (_, one, others, goesOn) => {
    expect(goesOnByMedian(one, [one, ...others], { warmUp: 1, goal: 'max' })).toBe(goesOn);
  });
});
