import { expect, it } from 'vitest';
import { keptOptimization, runningOptimization } from '../../../src/tradeoff/testing/optimizations.ts';
import { differenceText, findCurrency } from './check-difference.ts';
import { findBound } from './words.ts';

it('writes shares of requests in points, cost for one million requests, and metrics as they are', () => {
  const errors = differenceText({ name: 'errorRate', kind: 'guardrail' }, 'USD');
  expect([errors.unit, errors.format(-0.0103)]).toEqual(['points of successful requests', '−1.03']);
  const cost = differenceText({ name: 'cost of a request', kind: 'saving' }, 'USD');
  expect([cost.unit, cost.format(5.54e-7), cost.format(-4.87e-7)]).toEqual([
    'less cost per 1M requests',
    '+$0.554',
    '−$0.487',
  ]);
  expect(differenceText({ name: 'cost of an hour', kind: 'saving' }, null).format(0.939)).toBe('+0.939');
  expect(differenceText({ name: 'ndcg@10', kind: 'quality' }, 'USD').format(-0.00612)).toBe('−0.00612');
});

it('takes the currency of the measured saving, else of the expected one', () => {
  expect([findCurrency(keptOptimization), findCurrency(runningOptimization)]).toEqual(['USD', 'USD']);
  expect(findCurrency({ ...runningOptimization, expected: null })).toBeNull();
});

it('marks no bound for a margin relative to the baseline', () => {
  const spec = { ...keptOptimization.spec, quality: [{ metric: 'accuracy', relativeMargin: 0.05 }] };
  const [quality] = keptOptimization.checks;
  expect(quality && findBound(quality, { ...keptOptimization, spec })).toBeNull();
});
