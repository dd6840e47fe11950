import { describe, expect, it } from 'vitest';
import { createDdSketch } from '../../mlops/gateway/metrics/dd-sketch.ts';
import { type ArmCapacity, boundReplicas, buildCapacityCheck, buildLoadCheck, readCapacity } from './capacity.ts';
import { judgeChecks } from './engine/checks.ts';

const MINUTE = 60_000;

const fixed = (min: number, trialMin: number, share: number): ArmCapacity => ({
  ...{ share, trialMin, min, max: min, isFixed: true, pricePerHour: 4 },
});

const scaled = (min: number, max: number, share: number): ArmCapacity => ({
  ...{ share, trialMin: 1, min, max, isFixed: false, pricePerHour: 4 },
});

/** Minutes of an arm with these replicas on one server. */
const span = (replicas: number, at: number, servers = 1) => ({
  ...{ at: at * MINUTE, variant: 'v', requests: 10, errors: 0, latency: createDdSketch() },
  ...{ busy: { requests: 0, parts: [] }, replicaMs: servers * replicas * MINUTE, measuredMs: servers * MINUTE },
});

function judge(
  [baseline, candidate]: readonly [ArmCapacity, ArmCapacity],
  counts: readonly (readonly [number, number])[],
  servers = 1,
) {
  const check = buildCapacityCheck({
    baseline: { ...baseline, spans: counts.map(([count], at) => span(count, at, servers)) },
    candidate: { ...candidate, spans: counts.map(([, count], at) => span(count, at, servers)) },
  });
  return judgeChecks([check], 0.05).checks[0];
}

const minutes = (count: number, [baseline, candidate]: readonly [number, number]) =>
  Array.from({ length: count }, () => [baseline, candidate] as const);

describe('replicas of an arm with all of the traffic', () => {
  it.each<[string, number, ArmCapacity, { lower: number; upper: number }]>([
    ['a fixed number is known at any share', 1, fixed(4, 1, 0.05), { lower: 4, upper: 4 }],
    ['replicas of a fixed number that are not ready are missing then too', 1, fixed(4, 2, 0.5), { lower: 2, upper: 2 }],
    ['at the minimum the need is anything up to it', 1, scaled(1, 8, 0.25), { lower: 1, upper: 4 }],
    ['above the minimum one replica less was not enough', 4, scaled(1, 8, 0.5), { lower: 6, upper: 8 }],
    ['the maximum is never exceeded', 4, scaled(1, 6, 0.5), { lower: 6, upper: 6 }],
  ])('%s', (_what, count, arm, bounds) => {
    expect(boundReplicas(count, arm)).toEqual(bounds);
  });

  it('follow the traffic only with a policy of scaling', () => {
    const replicas = { min: 2, max: 5 };
    expect(readCapacity({ replicas })).toEqual({ min: 2, max: 5, isFixed: true });
    const scaling = { policy: 'hpa' } as never;
    expect(readCapacity({ replicas, scaling })).toEqual({ min: 2, max: 5, isFixed: false });
    expect(readCapacity({ replicas: { min: 0 } })).toEqual({ min: 0, max: 1, isFixed: false });
  });
});

describe('the cost of all replicas', () => {
  it('of fewer replicas is lower at any share of the traffic, and proven after some minutes', () => {
    for (const share of [0.05, 0.9]) {
      const arms = [fixed(4, 4, 1 - share), fixed(1, 1, share)] as const;
      expect(judge(arms, minutes(5, [4, 1]))).toMatchObject({ verdict: 'inconclusive', n: 5 });
      expect(judge(arms, minutes(15, [4, 1]))).toMatchObject({ verdict: 'passes', n: 15 });
    }
    const half = [fixed(2, 2, 0.1), fixed(1, 1, 0.9)] as const;
    expect([13, 14].map((count) => judge(half, minutes(count, [2, 1]))?.verdict)).toEqual(['inconclusive', 'passes']);
    const tenth = [fixed(10, 10, 0.1), fixed(9, 9, 0.9)] as const;
    expect([42, 43].map((count) => judge(tenth, minutes(count, [10, 9]))?.verdict)).toEqual(['inconclusive', 'passes']);
  });

  it('of as many replicas is not lower because fewer of them run for a share of the traffic', () => {
    expect(judge([fixed(4, 4, 0.5), fixed(4, 2, 0.5)], minutes(200, [4, 2]))?.verdict).toBe('inconclusive');
  });

  it('of more replicas is shown to be higher', () => {
    expect(judge([fixed(2, 2, 0.5), fixed(6, 3, 0.5)], minutes(60, [2, 3]))?.verdict).toBe('fails');
  });

  it('of cheaper hardware is lower with as many replicas', () => {
    const cheaper = { ...fixed(2, 1, 0.5), pricePerHour: 1 };
    expect(judge([fixed(2, 2, 0.5), cheaper], minutes(20, [2, 1]))?.verdict).toBe('passes');
  });

  it('with autoscaling is compared at the bounds of the need', () => {
    // 10 of 4 USD at half of the traffic: 18 or more with all of it; the candidate has 12 at most.
    const arms = [scaled(1, 40, 0.5), scaled(1, 40, 0.5)] as const;
    expect(judge(arms, minutes(30, [10, 6]))?.verdict).toBe('passes');
    // 3 and 2 replicas may be the same need.
    expect(judge(arms, minutes(200, [3, 2]))?.verdict).toBe('inconclusive');
    expect(judge(arms, minutes(40, [6, 10]))?.verdict).toBe('fails');
  });

  it('is the same with several servers', () => {
    const arms = [scaled(2, 8, 0.5), scaled(2, 8, 0.5)] as const;
    expect(judge(arms, minutes(30, [4, 1]), 3)).toEqual(judge(arms, minutes(30, [4, 1])));
  });

  it('is unknown without a price, without traffic and without a minute of both arms', () => {
    const arms = [fixed(2, 2, 0.5), fixed(1, 1, 0.5)] as const;
    expect(judge([arms[0], { ...arms[1], pricePerHour: null }], minutes(9, [2, 1]))?.reason).toMatch(/PriceBook/);
    expect(judge([arms[0], { ...arms[1], share: 0 }], minutes(9, [2, 1]))?.reason).toMatch(/no traffic/);
    expect(judge(arms, [])?.reason).toMatch(/No minute/);
  });
});

describe('the load of a replica', () => {
  it.each<[string, ArmCapacity, string | null]>([
    ['one replica at half of the traffic', fixed(1, 1, 0.5), '50 %'],
    ['two of three replicas at half of the traffic', fixed(3, 2, 0.5), '75 %'],
    ['one of two replicas at half of the traffic', fixed(2, 1, 0.5), null],
    ['one replica at nine tenths', fixed(1, 1, 0.9), null],
    ['seven replicas at nine tenths', fixed(7, 7, 0.9), null],
  ])('of %s is that after the change, or it is named', (_what, arm, load) => {
    const check = buildLoadCheck(arm, 40, arm.share);
    const [judged] = check === null ? [] : judgeChecks([check], 0.05).checks;
    if (load === null) expect(judged).toMatchObject({ verdict: 'passes', reason: null });
    else
      expect(judged).toMatchObject({
        verdict: 'inconclusive',
        reason: expect.stringMatching(`${load} of its load.*percents at 90`),
      });
  });

  it('is no condition where the number follows the traffic', () => {
    expect(buildLoadCheck(scaled(1, 4, 0.5), 40, 0.5)).toBeNull();
  });
});
