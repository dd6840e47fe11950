import { expect, it } from 'vitest';
import { runningOptimization } from '../testing/optimizations.ts';
import { describeCheck, describeProof } from './check-words.ts';

const [quality, errors, saving] = runningOptimization.checks;
if (quality === undefined || errors === undefined || saving === undefined) throw new Error('three checks are expected');

it('states differences of requests in points, and no difference of cost in the currency for one request', () => {
  expect(describeCheck(quality)).toBe('accuracy -0.008 (-0.0612 to 0.0451; allowed: at most 0.05 worse)');
  expect(describeCheck(errors)).toBe(
    'error rate 0 points of successful requests (-0.4 to 0.4; allowed: at most 1 % more errors)',
  );
  expect(describeCheck({ ...errors, upper: null })).toMatch(/\(-0\.4 to no limit;/);
  expect(describeCheck(saving)).toBe('cost of a request (A replica has no price now: apply a PriceBook.)');
  const measured = { ...saving, estimate: 5.54e-7, lower: -4.87e-7, upper: 1.6e-6, reason: null };
  expect(describeCheck(measured)).toBe('cost of a request (allowed: less than the baseline)');
});

it('states the proof of each check', () => {
  expect([quality, errors, saving].map(describeProof)).toEqual([
    'accuracy at worst -0.0612',
    'error rate at worst -0.4 points of successful requests',
    'cost of a request less than the baseline',
  ]);
  expect(describeProof({ ...errors, lower: null })).toBe('error rate passes');
});
