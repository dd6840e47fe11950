import { expect, it } from 'vitest';
import type { Check } from '../../../src/tradeoff/gates/schema.ts';
import { chooseDecidingChecks, listVerdictChanges } from './deciding-checks.ts';

const check = (changes: Partial<Check>): Check => ({
  ...{
    name: 'ndcg floor',
    side: 'quality',
    measured: '0.3',
    unit: 'ndcg',
    comparison: '>=',
    bound: '0.15',
    holds: true,
  },
  ...{ interval: null, source: 'run' },
  ...changes,
});
const cost = (changes: Partial<Check>) =>
  check({ name: 'cost per month', side: 'cost', comparison: '<=', unit: 'USD per month', ...changes });

it('chooses failed checks first, at most three, with both sides', () => {
  const checks = [
    check({ name: 'a' }),
    check({ name: 'b', measured: '0.16' }),
    cost({ name: 'c', measured: '58', bound: '13.80', holds: false }),
    cost({ name: 'd', measured: '60', bound: '13.80', holds: false }),
    cost({ name: 'e', measured: '70', bound: '13.80', holds: false }),
  ];
  expect(chooseDecidingChecks({ verdict: 'reject', checks }).map(({ name }) => name)).toEqual(['c', 'd', 'b']);
});

it('chooses what is missing for a hold', () => {
  const checks = [check({}), cost({ measured: null, bound: '10', holds: null })];
  expect(chooseDecidingChecks({ verdict: 'hold', checks }).map(({ name }) => name)).toEqual([
    'cost per month',
    'ndcg floor',
  ]);
  expect(listVerdictChanges({ verdict: 'hold', checks })).toEqual(['Evidence for cost per month.']);
});

it('states the bounds that would change a verdict', () => {
  const rejected = [check({}), cost({ measured: '58.4544', bound: '13.80', holds: false })];
  expect(listVerdictChanges({ verdict: 'reject', checks: rejected })).toEqual([
    'Cost per month of at most $13.80 instead of $58.45.',
  ]);
  const promoted = [check({}), cost({ measured: '10', bound: '13.80' })];
  expect(listVerdictChanges({ verdict: 'promote', checks: promoted })).toEqual([
    'ndcg floor below 0.15 would reject it.',
    'Cost per month above $13.80 would reject it.',
  ]);
});
