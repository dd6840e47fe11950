import { describe, expect, it } from 'vitest';
import type { ReplicaCapacity, ScalingBounds } from '../../unit-cost/schema.ts';
import { buildBenchmark, buildFacts, buildVersion } from '../facts.testing.ts';
import type { Configuration } from '../figures/schema.ts';
import { chooseConfiguration } from './choose-configuration.ts';
import { planState, type StateQuestion } from './plan-state.ts';
import { isPrecisionOf } from './precision.ts';
import { computeAvailability, computeShortfall, planSpotReplicas } from './spot-capacity.ts';
import { checkSlo, computeWaitingShare, listCurveSlos } from './waiting-curve.ts';

const HARDWARE = { name: '1 x gpu', pricePerHour: { amount: '1', currency: 'USD' }, priceSource: 'contract' };

/** Capacities of a replica of 10 predictions a second at full use. */
const capacityAt = (missRatio: number, rate: number | null, half = 0): ReplicaCapacity => ({
  ...{ source: 'benchmark', endpoint: null, hardware: HARDWARE, batchSize: 1, concurrency: 1, measurements: 40 },
  ...{ secondsPerThousand: 100, slo: { waitSeconds: 2, missRatio }, askedSlo: 'policy' },
  predictionsPerSecond: rate,
  interval: rate === null || half === 0 ? null : { lower: rate - half, upper: rate + half },
});

describe('the share of requests that wait', () => {
  const curve = [capacityAt(0.2, 4), capacityAt(0.05, 2), capacityAt(0.5, 6)];

  it.each([
    [1, { share: 0.025, lower: 0, upper: 0.05 }],
    [2, { share: 0.05, lower: 0, upper: 0.05 }],
    [3, { share: 0.125, lower: 0.05, upper: 0.2 }],
    [8, { share: 0.75, lower: 0.5, upper: 1 }],
    [10, { share: 1, lower: 1, upper: 1 }],
  ])('at %d of 10 predictions a second lies between the capacities', (rate, expected) => {
    const waiting = computeWaitingShare(curve, rate);
    expect(waiting?.share).toBeCloseTo(expected.share, 9);
    expect(waiting).toMatchObject({ lower: expected.lower, upper: expected.upper });
  });

  it('never falls with the rate, and its ends hold the estimate', () => {
    let before = 0;
    for (let rate = 0.1; rate < 12; rate += 0.1) {
      const { share, lower, upper } = computeWaitingShare(curve, rate) ?? { share: -1, lower: 0, upper: 0 };
      expect(share).toBeGreaterThanOrEqual(before - 1e-12);
      expect(lower <= share && share <= upper).toBe(true);
      before = share;
    }
  });

  it('is wider with intervals of the capacity, and not bounded from below by a capacity at the limit of use', () => {
    expect(computeWaitingShare([capacityAt(0.05, 2, 0.5)], 2.2)).toMatchObject({ lower: 0, upper: 1 });
    expect(computeWaitingShare([capacityAt(0.01, 9)], 9.5)).toMatchObject({ lower: 0, upper: 1 });
    expect(computeWaitingShare([capacityAt(0.01, null)], 1)).toMatchObject({ lower: 0.01, upper: 1 });
    expect(computeWaitingShare([], 1)).toBeNull();
  });

  it('decides the SLO by its ends', () => {
    const slo = { waitSeconds: 2, missRatio: 0.05 };
    const decide = (lower: number, upper: number) => checkSlo({ share: lower, lower, upper }, slo);
    expect([decide(0, 0.05), decide(0.06, 1), decide(0.01, 0.2)]).toEqual([true, false, null]);
    expect(listCurveSlos({ waitSeconds: 2, missRatio: 0.02 }).map(({ missRatio }) => missRatio)).toEqual([
      0.01, 0.02, 0.05, 0.2, 0.5,
    ]);
  });
});

describe('spot capacity', () => {
  it('serves available x M / (M + R) of the time', () => {
    expect(computeAvailability({ meanHours: 9.9, restartHours: 0.1, available: 1 })).toBeCloseTo(0.99, 12);
    expect(computeAvailability({ meanHours: 3, restartHours: 1, available: 0.8 })).toBeCloseTo(0.6, 12);
  });

  it('has as many spares as the binomial shortage needs', () => {
    // P(Binomial(3, 0.9) < 2) = 0.1^3 + 3 x 0.9 x 0.1^2.
    expect(computeShortfall(3, 2, 0.9)).toBeCloseTo(0.028, 12);
    expect(computeShortfall(2, 2, 1)).toBe(0);
    expect(planSpotReplicas(2, { availability: 0.9, missRatio: 0.05 })).toBe(3);
    expect(planSpotReplicas(2, { availability: 0.9, missRatio: 0.02 })).toBe(4);
    expect(planSpotReplicas(1, { availability: 0.0001, missRatio: 0.01 })).toBeNull();
  });
});

describe('the plan of a state', () => {
  const { terms } = buildFacts([]);
  const configuration: Configuration = { source: 'benchmark', endpoint: null, hardware: HARDWARE, batchSize: 1 };
  const plan = (change: Partial<StateQuestion> = {}, evidence = {}, rule = terms.rule) => {
    const { evidence: own } = buildVersion('1', {
      unitCosts: [buildBenchmark('1', { seconds: 100 })],
      change: evidence,
    });
    const state = { evidence: own, configuration, terms: { ...terms, rule }, traffic: 1, replicas: null, spot: null };
    const planned = planState({ ...state, ...change });
    if (typeof planned === 'string') throw new Error(planned);
    return planned;
  };
  const bounds: ScalingBounds = {
    ...{ endpoint: 'e', hardware: '1 x gpu', minReplicas: 1, maxReplicas: 2, targetUtilization: 0.7, slo: null },
  };

  it('grows with the traffic, beyond the limit of the scaling policy, which it names', () => {
    expect(plan({}, { scaling: [bounds] })).toMatchObject({ limit: null, at: 'steady' });
    const grown = plan({ traffic: 10 }, { scaling: [bounds] });
    // 38.05 a second at 7 a second and replica.
    expect(grown).toMatchObject({ limit: 2, serving: { most: 6 } });
    expect(grown.cost.perMonth.amount).toBe('4380');
    expect(grown.ratePerReplica).toBeCloseTo(1e8 / (730 * 3600) / 6, 9);
  });

  it('keeps the shape of a recorded trace, and takes its busiest hour', () => {
    const requestsPerHour = Array.from({ length: 24 }, (_, hour) => (hour < 12 ? 36_000 : 3_600));
    const demandTrace = {
      endpoint: 'e',
      days: [1, 2, 3].map((day) => ({ start: `2026-11-0${day}T00:00:00Z`, requestsPerHour })),
    };
    const { predictionsPerMonth: _stated, ...recorded } = terms.rule;
    const once = plan({}, { demandTrace }, recorded);
    expect(once).toMatchObject({ at: 'busiest hour', serving: { least: 1, most: 2 }, ratePerReplica: 5 });
    const twice = plan({ traffic: 2 }, { demandTrace }, recorded);
    expect(twice).toMatchObject({ serving: { least: 1, most: 3 } });
    expect(twice.cost.demand.predictionsPerMonth).toBeCloseTo(2 * once.cost.demand.predictionsPerMonth, 6);
    expect(twice.ratePerReplica).toBeCloseTo(20 / 3, 9);
  });

  it('prices a fixed number of replicas exactly, and spot capacity with spares', () => {
    expect(plan({ replicas: 4 }).cost.perMonth).toEqual({
      ...{ amount: '2920', lower: '2920', upper: '2920', currency: 'USD' },
    });
    const spot = {
      ...{ terms: 't', availability: 0.9, meanHours: 9 },
      pricePerHour: { amount: '0.25', currency: 'USD' },
      offer: { name: 'spot' } as never,
    };
    const onSpot = plan({ replicas: 2, spot });
    expect(onSpot).toMatchObject({ serving: { most: 2 }, cost: { replicas: { least: 3, most: 3 } } });
    expect(onSpot.cost.perMonth.amount).toBe('547.5');
    expect(onSpot.shortfall).toBeCloseTo(0.028, 12);
  });
});

describe('the configuration of a version', () => {
  const { terms } = buildFacts([]);
  const { evidence } = buildVersion('1', {
    unitCosts: [
      buildBenchmark('2', { batchSize: 1 }),
      buildBenchmark('2', { batchSize: 64, seconds: 0.1 }),
      buildBenchmark('1', { hardware: '1 x cpu' }),
    ],
  });

  it('is the cheapest where nothing is served, and says so', () => {
    expect(chooseConfiguration(evidence, { present: null }, terms)).toMatchObject({
      configuration: { hardware: { name: '1 x cpu' } },
      assumption: expect.stringContaining('the cheapest measured hardware: no endpoint serves it'),
    });
  });

  it('is on the named hardware, with the present batch size', () => {
    const present: Configuration = { source: 'benchmark', endpoint: null, hardware: HARDWARE, batchSize: 64 };
    expect(chooseConfiguration(evidence, { hardware: 'gpu', present }, terms)).toMatchObject({
      configuration: { hardware: { name: '1 x gpu' }, batchSize: 64 },
      assumption: null,
    });
    expect(chooseConfiguration(evidence, { hardware: 'tpu', present }, terms)).toContain(
      'it was measured on 1 x gpu, 1 x cpu',
    );
  });
});

it('knows a version at a precision by two tags', () => {
  const tags = { 'steelyard.precision': 'BF16', 'steelyard.precision-of': '2' };
  expect(isPrecisionOf({ tags }, '2', 'half')).toBe(true);
  expect([isPrecisionOf({ tags }, '1', 'half'), isPrecisionOf({ tags }, '2', 'int8')]).toEqual([false, false]);
  expect(isPrecisionOf({ tags: {} }, '2', 'half')).toBe(false);
});
