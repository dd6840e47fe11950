import { describe, expect, it } from 'vitest';
import { CanaryAnalysis } from '../../mlops/endpoint-spec/rollout/schema.ts';
import { type CanaryEvidence, NO_BUSY, type SideEvidence } from '../../mlops/serving/index.ts';
import { estimateShareInflation } from './dependence.ts';
import { judgeCanary } from './judge.ts';

const STEPS = 1;

/** A side whose errors are spread evenly over its batches. */
function buildSide(requests: number, errors: number, medianMs = 10): SideEvidence {
  const batches = Array.from({ length: 10 }, (_, place) => ({
    requests: Math.floor(((place + 1) * requests) / 10) - Math.floor((place * requests) / 10),
    errors: Math.floor(((place + 1) * errors) / 10) - Math.floor((place * errors) / 10),
  }));
  const latenciesMs = Array.from({ length: requests }, (_, at) => medianMs * (0.5 + ((at * 7919) % 1000) / 1000));
  return { requests, errors, batches, latenciesMs, stride: 1, busy: NO_BUSY };
}

const build = (live: SideEvidence, canary: SideEvidence, more: Partial<CanaryEvidence> = {}): CanaryEvidence => ({
  ...{ share: 0.5, isAssignedByRequest: true, live, canary, quality: [null], series: [], prices: null, fractions: [] },
  previous: null,
  ...more,
});

const judge = (checks: readonly object[], evidence: CanaryEvidence, more: object = {}) =>
  judgeCanary(evidence, { analysis: CanaryAnalysis.parse({ checks, ...more }), steps: STEPS });

const errors = { metric: 'errorRate', margin: 0.01 };
const slower = { metric: 'latencyP95', ratio: 1.2 };

describe('a check', () => {
  it.each([
    ['passes where many responses have no error', buildSide(4_000, 0), buildSide(4_000, 0), 'passes'],
    ['is inconclusive with few responses', buildSide(30, 0), buildSide(30, 0), 'inconclusive'],
    ['is inconclusive without any', buildSide(0, 0), buildSide(0, 0), 'inconclusive'],
    ['fails where harm is shown', buildSide(2_000, 20), buildSide(2_000, 200), 'fails'],
  ])('%s', (_, live, canary, verdict) => {
    const { checks, isProven, harmed } = judge([errors], build(live, canary));
    expect(checks[0]?.verdict).toBe(verdict);
    expect([isProven, harmed.length > 0]).toEqual([verdict === 'passes', verdict === 'fails']);
  });

  it('states the difference as new - live revision, and the ratio as new / live revision', () => {
    const { checks } = judge([errors, slower], build(buildSide(4_000, 40, 10), buildSide(4_000, 120, 17)));
    expect(checks).toMatchObject([
      { name: 'errorRate', scale: 'difference', limit: 0.01, estimate: expect.closeTo(0.02, 5), n: 4_000 },
      { name: 'latencyP95', scale: 'ratio', limit: 1.2, estimate: expect.closeTo(1.7, 2), verdict: 'fails' },
    ]);
    expect(checks[0]?.lower).toBeLessThan(0.02);
    expect(checks[1]?.lower).toBeGreaterThan(1.2);
  });

  it('of quality counts successes, and has a reason where there are none', () => {
    const outcomes = { live: { successes: 900, n: 1_000 }, canary: { successes: 600, n: 1_000 }, reason: null };
    const quality = [{ metric: 'quality', name: 'accuracy', margin: 0.02 }];
    const sides = [buildSide(100, 0), buildSide(100, 0)] as const;
    expect(judge(quality, build(...sides, { quality: [outcomes] }))).toMatchObject({
      checks: [{ name: 'quality accuracy', limit: -0.02, estimate: expect.closeTo(-0.3, 9), verdict: 'fails' }],
      harmed: ['quality accuracy'],
    });
    const reason =
      'No monitor of model "m" measures "accuracy" as a share of predictions: apply a Monitor with quality.';
    const none = { live: { successes: 0, n: 0 }, canary: { successes: 0, n: 0 }, reason };
    expect(judge(quality, build(...sides, { quality: [none] }))).toMatchObject({
      checks: [{ estimate: null, verdict: 'inconclusive', reason }],
      isProven: false,
    });
  });

  it('counts samples needed in responses where times are thinned', () => {
    const [live, canary] = [buildSide(200, 0), buildSide(200, 0)];
    const needed = judge([slower], build(live, canary)).checks[0]?.samplesNeeded ?? 0;
    const thinned = judge([slower], build(live, { ...canary, stride: 4 })).checks[0]?.samplesNeeded;
    expect(needed).toBeGreaterThan(0);
    expect(thinned).toBe(4 * needed);
  });
});

describe('a canary', () => {
  it('is proven only when all checks pass', () => {
    const { checks, isProven } = judge([errors, slower], build(buildSide(4_000, 0, 10), buildSide(4_000, 0, 11.9)));
    expect(checks.map(({ verdict }) => verdict)).toEqual(['passes', 'inconclusive']);
    expect(isProven).toBe(false);
  });

  it('is not proven while the traffic is not split as intended', () => {
    const [live, canary] = [buildSide(6_000, 0), buildSide(4_000, 0)];
    const { isProven, splitProblem } = judge([errors], build(live, canary));
    expect(isProven).toBe(false);
    expect(splitProblem).toMatch(/received 40\.0 % of the requests instead of 50\.0 %/);
    expect(judge([errors], build(live, canary, { isAssignedByRequest: false })).isProven).toBe(true);
  });

  it('spends a planned look only on new information', () => {
    const looks = { looks: { planned: 4, responses: 4_000 } };
    const sides = [buildSide(1_000, 0), buildSide(1_000, 0)] as const;
    const first = judge([errors], build(...sides), looks);
    expect(first.fractions).toEqual([[0.25]]);
    expect(first.checks[0]?.test).toContain('look 1 of 4');
    const again = judge([errors], build(...sides, { fractions: first.fractions, previous: first.checks }), looks);
    expect(again).toMatchObject({ fractions: first.fractions, checks: first.checks, harmed: [] });
  });
});

it('responses that fail in stretches inflate the variance of the error rate, even ones do not', () => {
  const stretches = Array.from({ length: 40 }, (_, at) => ({ requests: 10, errors: at % 4 === 0 ? 10 : 0 }));
  expect(estimateShareInflation(stretches)).toBeGreaterThan(10);
  expect(estimateShareInflation(buildSide(1_000, 100).batches)).toBeLessThan(1.5);
  expect(estimateShareInflation(buildSide(1_000, 0).batches)).toBeNull();
});
