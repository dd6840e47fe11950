import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal } from '../../platform/units/index.ts';
import { bootstrapServiceTime } from './bootstrap.ts';
import {
  buildBenchmarkSamples,
  buildComparisonKey,
  compareUnitCosts,
  computeBenchmarkCosts,
  computeDemandCost,
  computeServedCosts,
  type MeasuredUsage,
} from './index.ts';
import type { UnitCost } from './schema.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const usd = (amount: string) => ({ amount, currency: 'USD' });
const prices: Record<string, string> = { vcpu: '0.04', gpu: '2' };
const priceNow = (resource: string) => {
  const amount = prices[resource];
  return amount === undefined ? null : { price: usd(amount), source: 'own@1' };
};
const usage = (change: Partial<MeasuredUsage>): MeasuredUsage => ({
  resource: 'vcpu',
  quantity: '2',
  start: 0,
  end: HOUR,
  predictions: 10_000,
  benchmark: null,
  endpoint: null,
  cost: usd('0.08'),
  statedPrice: null,
  origin: 'test, batches of 64',
  ...change,
});
const served = (change: Partial<MeasuredUsage>) => usage({ endpoint: 'e', resource: 'gpu', quantity: '1', ...change });
const facts = { priceNow, busyShare: () => null };

describe('a unit cost on the basis benchmark', () => {
  it('is the measured service time times the price of the hardware now, whatever it cost then', () => {
    const [cost] = computeBenchmarkCosts([usage({ cost: usd('99') })], priceNow);
    expect(cost).toMatchObject({
      basis: 'benchmark',
      perThousand: usd('0.008'),
      interval: null,
      hardware: { name: '2 x vcpu', pricePerHour: usd('0.08') },
      serviceTime: { secondsPerThousand: 360, measurements: 1 },
      predictions: 10_000,
    });
    expect(cost?.source).toContain('batches of 64');
  });

  it('leaves usage of endpoints out, so that traffic and its absence change nothing', () => {
    const own = [usage({})];
    const idle = served({ start: 0, end: 30 * DAY, predictions: 1, cost: usd('1440') });
    expect(computeBenchmarkCosts([...own, idle], priceNow)).toEqual(computeBenchmarkCosts(own, priceNow));
  });

  it('keeps each hardware apart, and takes what was held at the same time as one hardware', () => {
    const pair = [usage({ quantity: '1' }), usage({ resource: 'gpu', quantity: '1', predictions: null })];
    const costs = computeBenchmarkCosts([...pair, usage({ start: HOUR, end: 2 * HOUR })], priceNow);
    expect(costs.map(({ hardware, perThousand }) => [hardware.name, perThousand?.amount])).toEqual([
      ['1 x gpu + 1 x vcpu', '0.204'],
      ['2 x vcpu', '0.008'],
    ]);
  });

  it('keeps each batch size apart, and one that was not recorded from all of them', () => {
    const sizes = [null, 64, 16, 64].map((batchSize, hour) =>
      usage({
        start: hour * HOUR,
        end: (hour + 1) * HOUR,
        benchmark: batchSize === null ? null : { batchSize },
      }),
    );
    const costs = computeBenchmarkCosts(sizes, priceNow);
    expect(costs.map(({ batchSize, predictions }) => [batchSize, predictions])).toEqual([
      [null, 10_000],
      [16, 10_000],
      [64, 20_000],
    ]);
  });

  it('is unknown with a reason, and not zero, without a price', () => {
    const [cost] = computeBenchmarkCosts([usage({ resource: 'tpu' })], priceNow);
    expect(cost).toMatchObject({ perThousand: null, reason: expect.stringContaining('no price for tpu'), busy: null });
    expect(computeBenchmarkCosts([usage({ predictions: null }), usage({ predictions: 0 })], priceNow)).toEqual([]);
  });

  it('has a 95 % interval from five measurements on, the same every time', () => {
    const measured = [9, 10, 11, 10, 10].map((seconds) => ({ seconds, predictions: 1000 }));
    const interval = bootstrapServiceTime(measured);
    expect(interval).toEqual(bootstrapServiceTime(measured));
    expect(interval?.lower).toBeGreaterThan(9);
    expect(interval?.lower).toBeLessThan(10);
    expect(interval?.upper).toBeGreaterThan(10);
    expect(bootstrapServiceTime(measured.slice(1))).toBeNull();
  });
});

describe('a unit cost on the basis served', () => {
  const window = { start: 0, end: 7 * DAY };

  it('is the cost of the window, idle time included, by the predictions of the window', () => {
    const hours = [0, 1].map((hour) =>
      served({ start: hour * HOUR, end: (hour + 1) * HOUR, predictions: 1000 * hour, cost: usd('2') }),
    );
    const [cost] = computeServedCosts(hours, window, { priceNow, busyShare: () => 0.25 });
    expect(cost).toMatchObject({
      perThousand: usd('4'),
      busy: usd('1'),
      idle: usd('3'),
      predictions: 1000,
      predictionsPerMonth: 365_000,
    });
    expect(cost?.window).toEqual({ start: '1970-01-01T00:00:00.000Z', end: '1970-01-08T00:00:00.000Z' });
  });

  it('counts usage across the edge of the window by its share, and nothing outside', () => {
    const across = served({ start: -HOUR, end: HOUR, predictions: 2000, cost: usd('4') });
    const before = served({ start: -9 * HOUR, end: -HOUR, predictions: 9_000_000, cost: usd('16') });
    expect(computeServedCosts([across, before], window, facts)).toMatchObject([
      { perThousand: usd('2'), predictions: 1000 },
    ]);
  });

  it.each([
    ['without a prediction', served({ predictions: 0, cost: usd('2') }), /no prediction/],
    ['without a price', served({ cost: null }), /no price for gpu/],
  ])('is unknown with a reason %s', (_what, one, reason) => {
    expect(computeServedCosts([one], window, facts)).toMatchObject([
      { perThousand: null, reason: expect.stringMatching(reason) },
    ]);
  });
});

describe('a cost at demand', () => {
  /** 70% of the throughput of a replica at full utilization. */
  const rateOf = (secondsPerThousand: number, interval: { lower: number; upper: number } | null = null) => ({
    predictionsPerSecond: 700 / secondsPerThousand,
    secondsPerThousand,
    interval,
  });
  const question = (change: Partial<Parameters<typeof computeDemandCost>[0]> = {}) => ({
    rate: rateOf(360),
    pricePerHour: usd('0.08'),
    predictionsPerMonth: 20_000_000,
    scaling: { minReplicas: 1, maxReplicas: null },
    ...change,
  });
  const known = (change: Partial<Parameters<typeof computeDemandCost>[0]> = {}) => {
    const cost = computeDemandCost(question(change));
    if (typeof cost === 'string') throw new Error(cost);
    return cost;
  };

  it('is whole replicas times their price, not a share of one', () => {
    // 7.61 a second take 2.74 replicas at full use, 3.91 at 0.7: four replicas of 58.40 a month.
    expect(known()).toMatchObject({ replicas: 4, perMonth: usd('233.6'), perThousand: usd('0.01168') });
    expect(known({ predictionsPerMonth: 1000 })).toMatchObject({
      replicas: 1,
      perMonth: usd('58.4'),
      perThousand: usd('58.4'),
    });
  });

  it('has the replicas that always run as its fixed part', () => {
    const scaling = { minReplicas: 3, maxReplicas: 9 };
    const cost = known({ scaling, predictionsPerMonth: 1000 });
    expect(cost).toMatchObject({ replicas: 3, fixedPerMonth: usd('175.2'), variablePerThousand: usd('0.008') });
  });

  it('says in words that the scaling policy allows fewer replicas than the demand needs', () => {
    const scaling = { minReplicas: 1, maxReplicas: 3 };
    expect(computeDemandCost(question({ scaling }))).toMatch(/need 4 replicas; the scaling policy allows 3/);
  });

  it('takes the interval of the planned rate through the same steps', () => {
    const rate = rateOf(360, { lower: 700 / 500, upper: 700 / 200 });
    expect(known({ rate }).perMonthInterval).toEqual({ lower: '175.2', upper: '350.4' });
  });

  it('always has the capacity that it states, and never costs less for more demand', () => {
    const demand = fc.integer({ min: 1, max: 1_000_000_000_000 });
    fc.assert(
      fc.property(
        demand,
        demand,
        fc.double({ min: 0.001, max: 1000, noNaN: true }),
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        (a, b, seconds, target) => {
          const rate = {
            predictionsPerSecond: (1000 * target) / seconds,
            secondsPerThousand: seconds,
            interval: null,
          };
          const scaling = { minReplicas: 0, maxReplicas: null };
          const [less, more] = [Math.min(a, b), Math.max(a, b)].map((predictionsPerMonth) =>
            known({ rate, scaling, predictionsPerMonth }),
          );
          expect(less?.utilization).toBeLessThanOrEqual(target * (1 + 1e-6));
          expect(decimal(less?.perMonth.amount ?? '').lessThanOrEqualTo(more?.perMonth.amount ?? '')).toBe(true);
        },
      ),
    );
  });
});

describe('service times of a benchmark', () => {
  it('are one sample for each hardware and batch size, at the largest concurrency', () => {
    const at = (hour: number, benchmark: MeasuredUsage['benchmark']) =>
      usage({ start: hour * HOUR, end: (hour + 1) * HOUR, benchmark });
    const samples = buildBenchmarkSamples(
      [
        at(0, { batchSize: 8, serviceSeconds: [1, 2] }),
        at(1, { batchSize: 8, serviceSeconds: [3] }),
        at(2, { batchSize: 16, serviceSeconds: [1] }),
        at(3, { batchSize: 16, concurrency: 4, serviceSeconds: [5] }),
        at(4, { batchSize: 32 }),
        at(5, null),
      ],
      priceNow,
    );
    expect(samples).toMatchObject([
      { hardware: { name: '2 x vcpu' }, batchSize: 8, concurrency: 1, serviceSeconds: [1, 2, 3], measurements: 3 },
      { batchSize: 16, concurrency: 4, serviceSeconds: [5] },
    ]);
  });
});

describe('a comparison of unit costs', () => {
  const unitCost = (change: Partial<UnitCost>): UnitCost => ({
    ...(computeBenchmarkCosts([usage({})], priceNow)[0] as UnitCost),
    ...change,
  });
  const live = computeServedCosts([served({ cost: usd('2') })], { start: 0, end: DAY }, facts);

  it('never takes a benchmark and a served cost together, and names who is left out', () => {
    const compared = compareUnitCosts(
      [
        { version: '3', unitCosts: live },
        { version: '2', unitCosts: [unitCost({ perThousand: usd('0.08') })] },
        { version: '1', unitCosts: [unitCost({}), ...live] },
      ],
      '1',
    );
    expect(compared).toMatchObject({ basis: 'benchmark', hardware: '2 x vcpu', window: null, reason: null });
    expect(compared.figures.map(({ version }) => version)).toEqual(['2', '1']);
    expect(compared.leftOut).toEqual([{ version: '3', reason: expect.stringContaining('another basis') }]);
  });

  it.each<[string, number | null, number | null, string]>([
    ['of different batch sizes', 64, 16, 'with batches of 64'],
    ['of a known and an unknown batch size', null, 16, 'without a recorded batch size'],
  ])('says that benchmarks %s are not comparable, and why', (_what, first, second, ranAs) => {
    const versions = [
      { version: '2', unitCosts: [unitCost({ batchSize: second })] },
      { version: '1', unitCosts: [unitCost({ batchSize: first })] },
    ];
    const compared = compareUnitCosts(versions, '2');
    expect(compared.figures.map(({ version }) => version)).toEqual(['2']);
    expect(compared).toMatchObject({ batchSize: 16, reason: expect.stringContaining('not comparable') });
    expect(compared.reason).toContain(`that of version 1 was run ${ranAs}`);
    expect(compared.leftOut).toEqual([{ version: '1', reason: expect.stringContaining(`was run ${ranAs}`) }]);
  });

  it('says that nothing can be compared', () => {
    const alone = compareUnitCosts(
      [
        { version: '2', unitCosts: live },
        { version: '1', unitCosts: [unitCost({})] },
      ],
      '2',
    );
    expect(alone).toMatchObject({ basis: 'served', reason: expect.stringContaining('only version 2') });
    expect(compareUnitCosts([{ version: '1', unitCosts: [] }], null)).toMatchObject({
      basis: null,
      figures: [],
      reason: 'no version has a known cost per prediction',
    });
  });

  it('holds one basis, hardware, batch size, window and currency for any mixture of evidence', () => {
    const any = fc.record({
      basis: fc.constantFrom('benchmark' as const, 'served' as const),
      perThousand: fc.option(
        fc.record({ amount: fc.constantFrom('0.1', '2', '30'), currency: fc.constantFrom('USD', 'EUR') }),
      ),
      hardware: fc.record({
        name: fc.constantFrom('1 x gpu', '2 x vcpu'),
        pricePerHour: fc.constantFrom(usd('1'), usd('2')),
        priceSource: fc.constant('own'),
      }),
      batchSize: fc.constantFrom(null, 1, 64),
      window: fc.constantFrom(
        { start: '2026-11-01T00:00:00Z', end: '2026-11-08T00:00:00Z' },
        { start: '2026-11-02T00:00:00Z', end: '2026-11-09T00:00:00Z' },
      ),
    });
    fc.assert(
      fc.property(fc.array(fc.array(any, { maxLength: 4 }), { maxLength: 6 }), (mixture) => {
        const versions = mixture.map((costs, index) => ({ version: String(index), unitCosts: costs.map(unitCost) }));
        const compared = compareUnitCosts(versions, '0');
        const behind = compared.figures.map(({ version, perThousand }) =>
          versions[Number(version)]?.unitCosts.filter(
            (cost) =>
              cost.basis === compared.basis &&
              cost.hardware.name === compared.hardware &&
              (cost.basis === 'served' || cost.batchSize === compared.batchSize) &&
              cost.perThousand?.amount === perThousand.amount &&
              cost.perThousand.currency === compared.currency &&
              (compared.window === null || cost.window.start === compared.window.start),
          ),
        );
        expect(behind.every((costs) => (costs ?? []).length > 0)).toBe(true);
        const keys = behind.map((costs) => new Set((costs ?? []).map(buildComparisonKey)));
        const shared = [...(keys[0] ?? [])].filter((key) => keys.every((own) => own.has(key)));
        expect(compared.figures.length === 0 || shared.length > 0).toBe(true);
        const told = [...compared.figures, ...compared.leftOut].map(({ version }) => version);
        expect(told.toSorted()).toEqual(versions.map(({ version }) => version).toSorted());
      }),
    );
  });
});
