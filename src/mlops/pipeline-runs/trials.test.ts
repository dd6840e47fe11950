import { expect, it } from 'vitest';
import { SweepSpec } from '../sweeps/schema.ts';
import type { StepState } from './schema.ts';
import { computeRunLimit, continuesTrial } from './trials.ts';

const BUDGET = { amount: '40', currency: 'USD' };
const sweep = (over: object = {}) =>
  SweepSpec.parse({ params: { lr: [1] }, trials: 4, metric: 'accuracy', stop: { after: '1 USD', ...over } });
type Trial = [spent: number, value: number | null, state?: StepState];

/** Whether the trial continues, with the others. `rest`: cost of the other steps of the run. */
function goesOn(trials: readonly Trial[], at: number, { stop = {}, rest = '0' } = {}): boolean {
  const step = ([spent, value, state = 'running']: Trial, index: number) => ({
    key: `train[trial=${index}]`,
    state,
    attempt: state === 'waiting' ? 0 : 1,
    spent: { amount: String(spent), currency: 'USD' },
    trial: value === null ? null : { points: [{ spent: Math.min(spent, 1), value }], ended: null },
  });
  const steps = trials.map(step);
  const other = {
    key: 'prepare',
    state: 'succeeded' as const,
    attempt: 1,
    spent: { ...BUDGET, amount: rest },
    trial: null,
  };
  return continuesTrial(sweep(stop), { steps, at, all: [...steps, other], budget: BUDGET });
}

const GOOD: Trial = [10, 0.9, 'succeeded'];

it.each<[string, Trial[], number, object, boolean]>([
  ['that is among the best goes on', [GOOD, [2, 0.95], [2, 0.5], [2, 0.4]], 1, {}, true],
  ['that is not, where others need the money, ends', [GOOD, [2, 0.95], [2, 0.5], [2, 0.4]], 3, { rest: '10' }, false],
  ['that is not, where the money is enough for all, goes on', [GOOD, [2, 0.95], [2, 0.5], [2, 0.4]], 3, {}, true],
  ['before the first rung goes on', [GOOD, [0.5, 0.1], [2, 0.5], [2, 0.4]], 1, { rest: '10' }, true],
  ['without a value goes on', [GOOD, [2, null], [2, 0.5], [2, 0.4]], 1, { rest: '10' }, true],
  [
    'of a sweep without a rule goes on',
    [GOOD, [2, 0.95], [2, 0.5], [2, 0.4]],
    3,
    { rest: '10', stop: { rule: 'none' } },
    true,
  ],
])('a trial %s', (_, trials, at, over, expected) => {
  expect(goesOn(trials, at, over)).toBe(expected);
});

it('leaves a resumed run what the runs before it did not spend', () => {
  const limit = (spent: string | null) =>
    computeRunLimit({ budget: BUDGET, spentBefore: spent === null ? null : { ...BUDGET, amount: spent } });
  expect([limit(null), limit('12.5'), limit('41')]).toEqual([
    BUDGET,
    { ...BUDGET, amount: '27.5' },
    { ...BUDGET, amount: '0' },
  ]);
});
