import { expect, it } from 'vitest';
import type { RolloutSide } from '../../../src/mlops/serving/rollouts/schema.ts';
import { rolloutRows } from './rollout-rows.ts';

const side: RolloutSide = {
  ...{ requests: 400, errors: 4, errorRate: 0.01, errorRateLow: 0.004, errorRateHigh: 0.025 },
  ...{ p95Ms: 38, p95LowMs: 35, p95HighMs: 44 },
};

it('says errors and latency with their intervals, the live side first', () => {
  const { errors, latency } = rolloutRows({ live: side, canary: side });
  expect(errors.map(({ name }) => name)).toEqual(['live', 'canary']);
  expect(errors[0]?.text).toBe('1\u00a0% (0.4\u00a0% to 2.5\u00a0%), 4 of 400 answers');
  expect(latency[0]?.text).toBe('38\u00a0ms (35\u00a0ms to 44\u00a0ms)');
});

it('says that there are too few answers, and not zero', () => {
  const few = { ...side, requests: 1, errors: 0, errorRate: null, p95Ms: null };
  const { errors, latency } = rolloutRows({ live: null, canary: few });
  expect([errors[0]?.text, latency[0]?.text]).toEqual(['too few answers yet (0 of 1 answer)', 'too few answers yet']);
});
