import { describe, expect, it } from 'vitest';
import type { CostEvidence, VersionEvidence } from '../evidence/schema.ts';
import { computeBenchmarkCosts, computeServedCosts, type MeasuredUsage } from '../unit-cost/index.ts';
import { describeAtDemand, type ReplicaCapacity, type ScalingBounds } from '../unit-cost/schema.ts';
import type { Check } from './schema.ts';
import { PolicySpec as PolicySchema, type PolicySpec } from './schema.ts';
import { summarise } from './summary.ts';
import { evaluatePolicy, type Scales } from './weigh.ts';

const cost = (amount: string | null): CostEvidence => ({
  cost: amount === null ? null : { amount, currency: 'USD' },
  reason: amount === null ? 'no usage was recorded' : null,
  basis: 'metered',
  intervals: amount === null ? 0 : 1,
  predictions: 1000,
  window: null,
  source: 'metered',
});

const version = (name: string, ndcg: number | null, perThousand: string | null): VersionEvidence => ({
  model: 'ranker',
  version: name,
  aliases: [],
  runId: 'r',
  createdAt: '2026-11-01T00:00:00Z',
  quality:
    ndcg === null
      ? []
      : [{ metric: 'ndcg_at_10', value: ndcg, interval: null, sampleSize: null, measuredAt: null, source: 'run r' }],
  trainingCost: cost('1.5'),
  costPerThousandPredictions: cost(perThousand),
});

const policy: PolicySpec = PolicySchema.parse({
  model: 'ranker',
  currency: 'USD',
  quality: [{ metric: 'ndcg_at_10', direction: 'higher', floor: '0.1', notWorseThanChampionBy: '0.01' }],
  cost: [
    { measure: 'trainingCost', atMost: '5' },
    { measure: 'costPerThousandPredictions', atMost: '0.02' },
    { measure: 'costPerMonth', predictionsPerMonth: 50_000_000, atMost: '900' },
    { measure: 'budget', predictionsPerMonth: 50_000_000, budget: 'recs' },
  ],
});

const scales = (candidate: VersionEvidence, change: Partial<Scales> = {}): Scales => ({
  policy,
  candidate,
  champion: version('1', 0.2, '0.01'),
  budgets: new Map([['recs', { currency: 'USD', remaining: '1000', source: '1000 left' }]]),
  ...change,
});

describe('the gate, with evidence from before unit costs had a basis', () => {
  it.each([
    ['promotes when every check on both sides holds', version('2', 0.21, '0.015'), 'promote'],
    ['rejects the better model that costs too much', version('3', 0.4, '0.5'), 'reject'],
    ['rejects the cheaper model that is worse by more than the margin', version('4', 0.189, '0.001'), 'reject'],
    ['takes the margin itself as good enough', version('5', 0.19, '0.001'), 'promote'],
    ['holds when quality was not measured', version('6', null, '0.001'), 'hold'],
    ['holds when the cost is unknown, and does not take it for zero', version('7', 0.3, null), 'hold'],
    ['rejects rather than holds when one side fails and the other lacks evidence', version('8', 0.05, null), 'reject'],
  ])('%s', (_name, candidate, verdict) => {
    expect(evaluatePolicy(scales(candidate)).verdict).toBe(verdict);
  });

  it('computes the cost a month at the stated demand exactly', () => {
    const check = evaluatePolicy(scales(version('2', 0.21, '0.015'))).checks.find(
      ({ name }) => name === 'cost per month',
    );
    expect(check).toMatchObject({ measured: '750', bound: '900', unit: 'USD per month', holds: true });
  });

  it('lets the first version through the comparison with a champion that does not exist', () => {
    expect(evaluatePolicy(scales(version('1', 0.15, '0.01'), { champion: null })).verdict).toBe('promote');
  });

  it('holds while nothing is known of a budget', () => {
    const budgets = new Map([['recs', { currency: 'USD', remaining: null, source: '' }]]);
    expect(evaluatePolicy(scales(version('2', 0.21, '0.015'), { budgets })).verdict).toBe('hold');
  });

  it('does not compare a cost with a bound in another currency', () => {
    const candidate = version('2', 0.21, '0.015');
    const euro: VersionEvidence = {
      ...candidate,
      trainingCost: { ...candidate.trainingCost, cost: { amount: '1', currency: 'EUR' } },
    };
    expect(evaluatePolicy(scales(euro)).verdict).toBe('hold');
  });

  it('turns the comparison round for a metric where lower is better', () => {
    const quality: PolicySpec['quality'] = [{ metric: 'ndcg_at_10', direction: 'lower', floor: '0.2' }];
    expect(evaluatePolicy(scales(version('2', 0.21, '0.01'), { policy: { ...policy, quality } })).verdict).toBe(
      'reject',
    );
  });

  it('says the verdict, how many checks pass, and what fails by how much', () => {
    const { verdict, checks } = evaluatePolicy(scales(version('3', 0.4, '0.5')));
    expect(summarise('ranker', '3', verdict, checks)).toBe(
      'ranker v3: reject. 2 of 2 quality checks and 1 of 4 cost checks pass. Failed: cost per 1,000 predictions is $0.50, required <= $0.02 per 1,000 predictions; cost per month is $25,000, required <= $900 per month; budget recs is $25,000, required <= $1,000 per month.',
    );
  });

  it('says a small unit cost for a million predictions', () => {
    const check = { side: 'cost', name: 'cost per 1,000 predictions', holds: false } as Check;
    const figures = { measured: '0.000000865712345678', bound: '0.0000001', comparison: '<=' } as const;
    const text = summarise('bc', '2', 'reject', [{ ...check, ...figures, unit: 'USD per 1,000 predictions' }]);
    expect(text).toContain('is $0.000866, required <= $0.0001 per 1M predictions.');
  });

  it('says a promotion in the words of its checks', () => {
    const passed = (side: 'quality' | 'cost') => ({ side, name: side, holds: true }) as Check;
    const checks = [passed('quality'), passed('quality'), passed('cost')];
    expect(summarise('bc', '2', 'promote', checks)).toBe(
      'bc v2: promote. 2 of 2 quality checks and 1 of 1 cost checks pass.',
    );
  });

  it('names the evidence that is missing', () => {
    const { verdict, checks } = evaluatePolicy(scales(version('2', 0.21, null)));
    expect(summarise('ranker', 'not registered', verdict, checks)).toMatch(
      /^ranker \(not registered\): hold\. 2 of 2 quality checks and 1 of 4 cost checks pass\. Evidence is missing for cost per 1,000 predictions,/,
    );
  });
});

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const priceNow = () => ({ price: { amount: '0.04', currency: 'USD' }, source: 'own' });
const usage = (change: Partial<MeasuredUsage> = {}): MeasuredUsage => ({
  resource: 'vcpu',
  quantity: '2',
  start: 0,
  end: HOUR,
  predictions: 10_000,
  benchmark: null,
  endpoint: null,
  cost: { amount: '0.08', currency: 'USD' },
  statedPrice: null,
  origin: 'test',
  ...change,
});
/** Two vCPUs need an hour for 10,000 predictions, for 0.08 USD. */
const [BENCHMARK] = computeBenchmarkCosts([usage()], priceNow);
const servedBy = (...intervals: Partial<MeasuredUsage>[]) =>
  computeServedCosts(
    intervals.map((change) => usage({ endpoint: 'e', ...change })),
    { start: 0, end: 7 * DAY },
    { priceNow, busyShare: () => null },
  );
const BOUNDS: ScalingBounds = {
  endpoint: 'e',
  hardware: '2 x vcpu',
  minReplicas: 5,
  maxReplicas: 8,
  targetUtilization: 0.5,
};

describe('a cost rule', () => {
  const measured = (rule: object, evidence: Partial<VersionEvidence>, others: object[] = []) => {
    const { costPerThousandPredictions: _old, ...base } = version('2', 0.21, null);
    const spec = PolicySchema.parse({ ...policy, cost: [rule, ...others] });
    const candidate = { ...base, unitCosts: BENCHMARK === undefined ? [] : [BENCHMARK], ...evidence };
    const check = evaluatePolicy(scales(candidate, { policy: spec })).checks.find(({ side }) => side === 'cost');
    const { measured: amount, basis, holds, source, atDemand, interval } = check ?? {};
    return { measured: amount, basis, holds, source, atDemand, interval };
  };
  const perThousand = { measure: 'costPerThousandPredictions', atMost: '0.01' };
  const perMonth = { measure: 'costPerMonth', predictionsPerMonth: 20_000_000, atMost: '250' };

  it('without a basis is at demand: whole replicas, not a straight proportion of a benchmark', () => {
    // 160 USD by proportion; four replicas of 58.40 USD at a target of 0.7.
    expect(measured(perMonth, {})).toMatchObject({ measured: '233.6', basis: 'atDemand', holds: true });
    expect(measured({ ...perMonth, basis: 'benchmark' }, {})).toMatchObject({ measured: '160', basis: 'benchmark' });
  });

  it('at demand takes the demand that the policy states, else the measured traffic, else holds', () => {
    expect(measured(perThousand, {}, [perMonth])).toMatchObject({ measured: '0.01168', holds: false });
    expect(measured(perThousand, { demandPerMonth: 1_000_000 })).toMatchObject({ measured: '0.0584' });
    expect(measured(perThousand, { demandPerMonth: null })).toMatchObject({
      measured: null,
      holds: null,
      source: expect.stringContaining('no demand is stated or measured'),
    });
  });

  it('at demand takes the scaling policy of the endpoint, and the one that the policy states before it', () => {
    const scaling = [BOUNDS];
    expect(measured(perMonth, { scaling })).toMatchObject({ measured: '350.4' });
    expect(measured({ ...perMonth, replicas: { min: 7 }, targetUtilization: 1 }, { scaling })).toMatchObject({
      measured: '408.8',
    });
  });

  it.each<[string, object, Partial<VersionEvidence>, RegExp]>([
    ['the capacity is not known', {}, { unitCosts: [] }, /capacity .* no benchmark was recorded/],
    ['more replicas are needed than may run', { replicas: { min: 1, max: 3 } }, {}, /need 4 replicas; .* allows 3/],
    [
      'the endpoint runs on other hardware',
      {},
      { scaling: [{ ...BOUNDS, hardware: '1 x gpu' }] },
      /the capacity is measured on 2 x vcpu; record a benchmark on 1 x gpu/,
    ],
    [
      'endpoints scale differently',
      {},
      { scaling: [BOUNDS, { ...BOUNDS, endpoint: 'f', minReplicas: 1 }] },
      /scale differently/,
    ],
    ['the named hardware has no benchmark', { hardware: '1 x gpu' }, {}, /no benchmark on 1 x gpu/],
  ])('at demand holds and says why when %s', (_what, change, evidence, why) => {
    expect(measured({ ...perMonth, ...change }, evidence)).toMatchObject({
      measured: null,
      holds: null,
      source: expect.stringMatching(why),
    });
  });

  const capacity = (change: Partial<ReplicaCapacity> = {}): ReplicaCapacity => ({
    source: 'benchmark',
    endpoint: null,
    hardware: {
      name: '2 x vcpu',
      pricePerHour: { amount: '0.08', currency: 'USD' },
      priceSource: 'own',
    },
    batchSize: 8,
    concurrency: 1,
    measurements: 400,
    secondsPerThousand: 360,
    slo: { waitSeconds: 2, missRatio: 0.05 },
    askedSlo: 'default',
    predictionsPerSecond: 1,
    interval: { lower: 0.8, upper: 1.2 },
    ...change,
  });
  it('at demand is described in a line with the source of its capacity', () => {
    const { atDemand } = measured(perMonth, {});
    expect(atDemand === undefined ? null : describeAtDemand(atDemand)).toBe(
      'capacity assumed at utilization 0.7, 1.944 predictions a second and replica; stated demand; 4 replicas',
    );
  });

  const batchOf8 = BENCHMARK === undefined ? [] : [{ ...BENCHMARK, batchSize: 8 }];
  const live = capacity({ source: 'traffic', endpoint: 'e', batchSize: 1, concurrency: 4, predictionsPerSecond: 4 });

  it('at demand takes the capacity at the SLO: of traffic, else of the benchmark, else an assumed utilization; and says which', () => {
    // 7.61 a second.
    const unitCosts = batchOf8;
    expect(measured(perMonth, { unitCosts, capacities: [capacity(), live] })).toMatchObject({
      measured: '116.8',
      source: expect.stringContaining(
        'capacity: measured at the SLO (5 % may wait longer than 2 s) on traffic of endpoint e: 4 predictions a second, 400 requests, 4 at a time',
      ),
      atDemand: { capacity: { source: 'measured', predictionsPerSecond: 4 }, replicas: { least: 2, most: 2 } },
    });
    expect(measured(perMonth, { unitCosts, capacities: [capacity()] })).toMatchObject({
      measured: '467.2',
      interval: { lower: '408.8', upper: '584' },
      source: expect.stringContaining("capacity: from the benchmark's service times at the SLO (5 % may wait longer"),
      atDemand: { capacity: { source: 'benchmark', slo: { waitSeconds: 2 } }, demand: { source: 'stated' } },
    });
    expect(measured(perMonth, { unitCosts, capacities: [] })).toMatchObject({
      measured: '233.6',
      source: expect.stringContaining('capacity: assumed at utilization 0.7: 1.944 predictions a second'),
      atDemand: { capacity: { source: 'assumed', slo: null, targetUtilization: 0.7 } },
    });
  });

  it('at demand takes the capacity at the SLO, on the hardware and with the batch size that the rule states', () => {
    const slo = { waitSeconds: 0.5, missRatio: 0.01 };
    const strict = capacity({ slo, askedSlo: 'policy', predictionsPerSecond: 0.5 });
    const evidence = { unitCosts: batchOf8, capacities: [capacity(), live, strict] };
    expect(measured({ ...perMonth, slo }, evidence)).toMatchObject({
      source: expect.stringContaining('(1 % may wait longer than 0.5 s)'),
      atDemand: { replicas: { most: 16 } },
    });
    expect(measured({ ...perMonth, batchSize: 8 }, evidence).atDemand?.capacity.source).toBe('benchmark');
    expect(measured({ ...perMonth, batchSize: 1 }, evidence).atDemand?.capacity.source).toBe('measured');
    expect(measured({ ...perMonth, batchSize: 16 }, evidence)).toMatchObject({
      holds: null,
      source: expect.stringContaining('no benchmark with batches of 16 was recorded'),
    });
    const two = [...batchOf8, ...batchOf8.map((cost) => ({ ...cost, batchSize: 64 }))];
    expect(measured(perMonth, { unitCosts: two })).toMatchObject({
      holds: null,
      source: expect.stringContaining('batches of 8, 64; name "batchSize" in the policy'),
    });
    expect(
      measured(perMonth, { unitCosts: batchOf8, capacities: [capacity({ predictionsPerSecond: null })] }),
    ).toMatchObject({ holds: null, source: expect.stringContaining('meets the SLO at no rate') });
  });

  it('at demand takes the recorded trace when the policy states no demand, and the stated demand before it', () => {
    const day = { start: '2026-11-01T00:00:00.000Z', requestsPerHour: Array.from({ length: 24 }, () => 3_600) };
    const { predictionsPerMonth: _stated, ...open } = perMonth;
    const trace = (days: number) => ({
      demandTrace: { endpoint: 'e', days: Array.from({ length: days }, () => day) },
      demandPerMonth: 20_000_000,
    });
    // One a second, of 1.94 that are planned with.
    expect(measured(open, trace(3))).toMatchObject({
      measured: '58.4',
      source: expect.stringContaining(
        '1 replica of 2 x vcpu for the recorded requests of endpoint e (3 days by the hour',
      ),
      atDemand: { demand: { source: 'recorded', days: 3, predictionsPerMonth: 2_628_000 } },
    });
    expect(measured(open, trace(2)).atDemand?.demand).toMatchObject({ source: 'measured', days: null });
    expect(measured(perMonth, trace(3)).atDemand?.demand).toMatchObject({ source: 'stated' });
    expect(measured({ ...open, replicas: { min: 1, max: 1 } }, trace(3)).measured).toBe('58.4');
  });

  it.each(['benchmark', 'served'])('a month on the basis %s has to state its demand', (basis) => {
    const rule = { measure: 'costPerMonth', basis, atMost: '1' };
    expect(() => PolicySchema.parse({ ...policy, cost: [rule] })).toThrow(/state predictionsPerMonth/);
  });

  it('on the basis served takes the window of the endpoint, whatever a benchmark says', () => {
    const busy = servedBy({ end: HOUR, predictions: 50_000 });
    const evidence = { unitCosts: [...(BENCHMARK === undefined ? [] : [BENCHMARK]), ...busy] };
    const served = { basis: 'served' };
    expect(measured({ ...perThousand, ...served }, evidence)).toMatchObject({ measured: '0.0016', basis: 'served' });
    // 36.5 million a month at this rate: more than the stated demand, so its cost bounds that of the demand.
    expect(measured({ ...perMonth, ...served }, evidence)).toMatchObject({ measured: '58.4' });
    expect(measured({ ...perMonth, ...served, predictionsPerMonth: 40_000_000 }, evidence)).toMatchObject({
      holds: null,
      source: expect.stringContaining('less than the stated 40,000,000'),
    });
    expect(measured({ ...perThousand, ...served }, {})).toMatchObject({
      holds: null,
      source: expect.stringContaining('no endpoint served'),
    });
  });

  it('at demand and on a benchmark gives the same figure with traffic, without it and after days of idling', () => {
    const rules = [{ ...perThousand, basis: 'benchmark' }, perMonth];
    const idle = servedBy({ end: 5 * DAY, predictions: 3 });
    const unitCosts = [...(BENCHMARK === undefined ? [] : [BENCHMARK]), ...idle];
    for (const rule of rules) expect(measured(rule, { unitCosts, demandPerMonth: 9 })).toEqual(measured(rule, {}));
  });

  it('holds for a cost in another currency', () => {
    const euro = computeBenchmarkCosts([usage()], () => ({
      price: { amount: '0.04', currency: 'EUR' },
      source: 'own',
    }));
    expect(measured(perMonth, { unitCosts: euro })).toMatchObject({
      holds: null,
      source: expect.stringContaining('its cost is in EUR, the policy is in USD'),
    });
  });
});
