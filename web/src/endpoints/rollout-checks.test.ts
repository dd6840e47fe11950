import { describe, expect, it } from 'vitest';
import type { Rollout, RolloutCheck } from '../../../src/mlops/serving/rollouts/schema.ts';
import {
  computeResponseRate,
  expectProofAt,
  explainNoEnd,
  findComparison,
  formatCheckCost,
  formatCheckInterval,
  formatCheckName,
  formatCheckValue,
  formatLimit,
  formatNeed,
  formatProof,
  formatReceivedShare,
  toGauge,
} from './rollout-checks.ts';

const BEGUN = Date.parse('2026-11-30T10:00:00.000Z');
const NOW = BEGUN + 100_000;

const check: RolloutCheck = {
  ...{ name: 'latencyP95', scale: 'ratio', limit: 1.2, estimate: 1.1, lower: 1.02, upper: 1.31, n: 200 },
  ...{ test: 'quantile confidence sequence', verdict: 'inconclusive', samplesNeeded: 400, reason: null },
};

const side = {
  ...{ requests: 200, errors: 0, errorRate: 0, errorRateLow: 0, errorRateHigh: 0.02 },
  ...{ p95Ms: 38, p95LowMs: 35, p95HighMs: 44 },
};

const rollout: Rollout = {
  ...{ revision: 2, strategy: 'canary', state: 'running', step: 1, steps: 2, weight: 5, reason: null },
  ...{ stepSince: new Date(BEGUN).toISOString(), stepUntil: null, deadline: '2026-12-01T10:00:00.000Z' },
  atDeadline: 'rollBack',
  ...{ checks: [check], live: { ...side, requests: 3800 }, canary: side },
};

describe('figures of a check', () => {
  it.each([
    [0.0042, { scale: 'difference' }, '+0.42 points'],
    [-0.01, { scale: 'difference', unit: 'share' }, '\u22121 point'],
    [0, { scale: 'difference' }, '0 points'],
    [-3.5, { scale: 'difference', unit: 'query' }, '\u22123.5'],
    [1200.4, { scale: 'difference', unit: 'query' }, '+1,200'],
    [1.314, { scale: 'ratio' }, '1.31×'],
    [12, { scale: 'ratio', unit: 'query' }, '12×'],
  ] as const)('writes %s of %j as %s', (value, of, text) => {
    expect(formatCheckValue(value, of)).toBe(text);
  });

  it.each([
    ['errorRate', 'difference', 0.01, '<=', 'must be at most +1 point'],
    ['errorRate', 'difference', 0, '<=', 'must be at most 0 points'],
    ['quality accuracy', 'difference', -0.02, '>=', 'must be at least \u22122 points'],
    ['quality', 'difference', 0, '>=', 'must be at least 0 points'],
    ['latencyMean', 'ratio', 1.2, '<=', 'must be at most 1.2×'],
  ] as const)('reads the limit of %s (%s %s) as %s', (name, scale, limit, comparison, text) => {
    expect(findComparison({ name, scale, limit })).toBe(comparison);
    expect(formatLimit({ ...check, name, scale, limit })).toBe(text);
  });

  it('names metrics as people do, and metrics that it does not know as they are', () => {
    const names = ['latencyP95', 'quality recall', 'quality', 'cost', 'prometheus queue depth', 'queue_depth'];
    expect(names.map(formatCheckName)).toEqual([
      'Latency, 95th percentile',
      'Quality: recall',
      'Quality',
      'Cost of a request',
      'queue depth (Prometheus)',
      'queue_depth',
    ]);
  });

  it('names an end of the interval that is not bounded, and draws no whisker then', () => {
    const open = { ...check, upper: null };
    expect(formatCheckInterval(open)).toBe('1.02× to unbounded');
    const difference = { ...check, scale: 'difference' as const, lower: -0.004, upper: 0.0071 };
    expect(formatCheckInterval(difference)).toBe('\u22120.4 to +0.71 points');
    expect(toGauge(open).interval).toBeNull();
    expect(toGauge(check).interval).toEqual({ lower: '1.02', upper: '1.31' });
    expect(toGauge({ ...check, estimate: null }).measured).toBeNull();
  });
});

describe('the expected end of a canary', () => {
  it('follows from the samples that the slowest open check needs, at the present rate', () => {
    expect(computeResponseRate(rollout, NOW)).toBeCloseTo(0.002, 12);
    const slower = { ...check, name: 'errorRate', samplesNeeded: 1000 };
    expect(expectProofAt({ ...rollout, checks: [check, slower] }, NOW)).toBe(NOW + 500_000);
    expect(formatNeed(slower, 0.002, NOW)).toBe('needs 1,000 more on each side, expected 30 Nov 2026, 10:10 UTC');
  });

  it('is unknown with the reason where no proof is expected, no request came, or another server measures', () => {
    const never = { ...rollout, checks: [{ ...check, samplesNeeded: null }] };
    expect(expectProofAt(never, NOW)).toBeNull();
    expect(explainNoEnd(never)).toBe('No proof is expected at the present estimate of Latency, 95th percentile.');
    expect(formatNeed({ ...check, samplesNeeded: null }, 1, NOW)).toBe('no proof is expected at this estimate');
    const quiet = { ...rollout, canary: { ...side, requests: 0 } };
    expect(expectProofAt(quiet, NOW)).toBeNull();
    expect(explainNoEnd(quiet)).toContain('answered no request');
    expect(explainNoEnd({ ...rollout, canary: null })).toContain('Another server');
    const unmeasured = { ...check, estimate: null, samplesNeeded: null };
    expect(explainNoEnd({ ...rollout, checks: [unmeasured] })).toBe(
      'Not enough data yet for Latency, 95th percentile.',
    );
    expect(formatNeed(unmeasured, 1, NOW)).toBeNull();
  });

  it('follows from the interval of the samples where they do not come with the requests', () => {
    const sampled = { ...check, name: 'prometheus queue depth', samplesNeeded: 10, sampleMs: 60_000 };
    expect(expectProofAt({ ...rollout, checks: [sampled] }, NOW)).toBe(NOW + 600_000);
    expect(formatNeed(sampled, null, NOW)).toBe('needs 10 more samples, expected 30 Nov 2026, 10:11 UTC');
  });

  it('needs no samples when all checks are decided', () => {
    const proven = { ...check, verdict: 'passes' as const, samplesNeeded: 0 };
    expect(expectProofAt({ ...rollout, checks: [proven] }, NOW)).toBeNull();
    expect(formatNeed(proven, 1, NOW)).toBeNull();
    expect(formatProof([proven, check, { ...check, verdict: 'fails' }])).toBe(
      '1 of 3 checks pass, 1 fails, 1 inconclusive',
    );
  });
});

it('states the cost of both sides on one scale', () => {
  const cost = { metric: 'effective' as const, basis: 'busy' as const, prices: [] };
  const money = (amount: string) => ({ amount, currency: 'USD' });
  expect(formatCheckCost({ ...cost, livePerThousand: money('0.02'), canaryPerThousand: money('0.0213') })).toBe(
    'busy cost of 1,000 requests: live $0.02, canary $0.0213',
  );
  expect(formatCheckCost({ ...cost, livePerThousand: money('0.00002'), canaryPerThousand: money('0.000021') })).toBe(
    'busy cost of 1M requests: live $0.02, canary $0.021',
  );
});

it('states the share that the canary received, and nothing before the first request', () => {
  expect(formatReceivedShare(rollout)).toBe('5\u00a0%: 200 of 4,000 requests');
  expect(formatReceivedShare({ live: null, canary: side })).toBeNull();
  expect(formatReceivedShare({ live: { ...side, requests: 0 }, canary: { ...side, requests: 0 } })).toBeNull();
});
