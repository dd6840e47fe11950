import { describe, expect, it } from 'vitest';
import type { GateFacts, OutcomeEvidence, PairedEvidence, VersionEvidence } from '../evidence/schema.ts';
import { findContradiction } from './contradictions.ts';
import { type Check, PolicySpec } from './schema.ts';
import { evaluatePolicy } from './weigh.ts';

const AT = '2026-11-10T00:00:00.000Z';

type Counts = NonNullable<PairedEvidence['paired']['counts']>;

const REFERENCE = {
  evaluation: 'ev_1',
  runId: 'r2',
  evaluationVersion: 1,
  sha256: 'a',
  importedAt: '2026-11-09T00:00:00.000Z',
};

const moments = (mean: number, variance: number | null) => ({ mean, variance });
const shareMoments = (share: number, n: number) => moments(share, n < 2 ? null : (share * (1 - share) * n) / (n - 1));

/** Outcomes of a share by the counts of its pairs. */
function buildBinary({ both, onlyCandidate, onlyBaseline, neither }: Counts, metric = 'accuracy') {
  const pairs = both + onlyCandidate + onlyBaseline + neither;
  const candidate = shareMoments((both + onlyCandidate) / pairs, pairs);
  const mean = (onlyCandidate - onlyBaseline) / pairs;
  const variance = pairs < 2 ? null : ((onlyCandidate + onlyBaseline - pairs * mean * mean) * 1) / (pairs - 1);
  const outcome: OutcomeEvidence = {
    ...{ metric, name: 'default', ...REFERENCE, rows: pairs, outcome: 'correct', kind: 'binary' },
    ...{ ...candidate, inflation: null, examplesPerDay: null },
  };
  const pair: PairedEvidence = {
    metric,
    baseline: { ...REFERENCE, runId: 'r1', rows: pairs },
    overlap: 1,
    paired: {
      pairs,
      counts: { both, onlyCandidate, onlyBaseline, neither },
      candidate,
      baseline: shareMoments((both + onlyBaseline) / pairs, pairs),
      difference: moments(mean, variance),
      clusters: null,
    },
  };
  return { outcome, pair };
}

/** Outcomes of a score by the moments of its pairs. */
function buildScore(pairs: number, candidate: number, baseline: number, variance: number | null, metric = 'accuracy') {
  const { outcome, pair } = buildBinary({ both: pairs, onlyCandidate: 0, onlyBaseline: 0, neither: 0 }, metric);
  const sides = { candidate: moments(candidate, variance), baseline: moments(baseline, variance) };
  return {
    outcome: { ...outcome, kind: 'score' as const, mean: candidate, variance },
    pair: {
      ...pair,
      paired: { ...pair.paired, ...sides, counts: null, difference: moments(candidate - baseline, variance) },
    },
  };
}

function buildFacts(
  evidence: readonly ReturnType<typeof buildBinary | typeof buildScore>[],
  change: Partial<GateFacts> = {},
) {
  return {
    at: AT,
    outcomes: evidence.map(({ outcome }) => outcome),
    pairs: evidence.map(({ pair }) => pair),
    latency: null,
    requests: null,
    look: { number: 1, spentAt: AT, previous: [] },
    approvals: [],
    requestedBy: 'ada',
    lostChampion: null,
    ...change,
  } satisfies GateFacts;
}

const version = (name: string, gate?: GateFacts): VersionEvidence => ({
  model: 'ranker',
  version: name,
  aliases: [],
  runId: `r${name}`,
  createdAt: AT,
  quality: [],
  trainingCost: {
    cost: { amount: '1', currency: 'USD' },
    ...{ reason: null, basis: 'metered', intervals: 1, predictions: null, window: null, source: 'metered' },
  },
  ...(gate === undefined ? {} : { gate }),
});

const policy = (change: Record<string, unknown>, rule: Record<string, unknown> = {}) =>
  PolicySpec.parse({
    model: 'ranker',
    currency: 'USD',
    alpha: 0.05,
    quality: [{ metric: 'accuracy', direction: 'higher', nonInferiority: { margin: '0.02' }, ...rule }],
    cost: [{ measure: 'trainingCost', atMost: '5' }],
    ...change,
  });

const evaluate = (spec: PolicySpec, facts: GateFacts, champion: VersionEvidence | null = version('1')) =>
  evaluatePolicy({ policy: spec, candidate: version('2', facts), champion, budgets: new Map() });

const first = (checks: readonly Check[]): Check => checks[0] as Check;

/** 10,000 pairs, 2 % of them different in each direction. */
const EQUAL: Counts = { both: 8_800, onlyCandidate: 200, onlyBaseline: 200, neither: 800 };

describe('a non-inferiority check', () => {
  it.each([
    ['passes when a loss of the margin is excluded', EQUAL, true, 'promote'],
    ['fails when a loss above the margin is shown', { ...EQUAL, both: 8_400, onlyBaseline: 600 }, false, 'reject'],
    ['is inconclusive at the margin', { ...EQUAL, both: 8_600, onlyBaseline: 400 }, null, 'hold'],
  ])('%s', (_what, counts, holds, verdict) => {
    const answer = evaluate(policy({}), buildFacts([buildBinary(counts)]));
    expect(answer.verdict).toBe(verdict);
    expect(first(answer.checks)).toMatchObject({
      name: 'accuracy non-inferior to @champion',
      holds,
      bound: '-0.02',
      n: 10_000,
      alpha: 0.05,
      test: 'Tango score interval',
    });
  });

  it('fails among several tests by Holm, and in an older decision at alpha alone', () => {
    const rule = { direction: 'higher', nonInferiority: { margin: '0.02' } };
    const spec = policy({ quality: ['accuracy', 'recall'].map((metric) => ({ metric, ...rule })) });
    // A loss of 0.0244 is shown to be above the margin at 0.05, not at 0.025.
    const worse = { ...EQUAL, both: 8_556, onlyBaseline: 444 };
    const tables = [buildBinary(worse), buildBinary(EQUAL, 'recall')];
    const verdicts = [{}, { rejectsBy: 'holm' as const }].map(
      (change) => evaluate(spec, buildFacts(tables, change)).verdict,
    );
    expect(verdicts).toEqual(['reject', 'hold']);
    const far = buildFacts([buildBinary({ ...EQUAL, both: 8_400, onlyBaseline: 600 }), buildBinary(EQUAL, 'recall')]);
    expect(evaluate(spec, { ...far, rejectsBy: 'holm' }).verdict).toBe('reject');
  });

  it('does not promote what is only not shown to be worse', () => {
    const facts = buildFacts([buildBinary({ both: 88, onlyCandidate: 2, onlyBaseline: 2, neither: 8 })]);
    const check = first(evaluate(policy({}), facts).checks);
    expect(check).toMatchObject({ holds: null, result: 'inconclusive', estimate: '0', n: 100 });
    expect(check.samplesNeeded).toBeGreaterThan(100);
  });

  it('says when the missing examples are expected at the growth of the evaluation', () => {
    const { outcome, pair } = buildBinary({ both: 88, onlyCandidate: 2, onlyBaseline: 2, neither: 8 });
    const check = first(
      evaluate(policy({}), buildFacts([{ outcome: { ...outcome, examplesPerDay: 100 }, pair }])).checks,
    );
    const days = (Date.parse(check.expectedAt ?? '') - Date.parse(AT)) / 86_400_000;
    expect(days).toBeCloseTo((check.samplesNeeded ?? 0) / 100, 6);
  });

  it('turns round where a lower value is better', () => {
    const spec = policy({}, { direction: 'lower' });
    const worse = buildFacts([buildBinary({ ...EQUAL, both: 8_400, onlyCandidate: 600 })]);
    const check = first(evaluate(spec, worse).checks);
    expect(check).toMatchObject({ holds: false, comparison: '<=', bound: '0.02', estimate: '0.04' });
    expect(Number(check.interval?.lower)).toBeGreaterThan(0.02);
  });

  it('takes the old margin of a policy with alpha as a test', () => {
    const spec = policy({}, { nonInferiority: undefined, notWorseThanChampionBy: '0.02' });
    expect(first(evaluate(spec, buildFacts([buildBinary(EQUAL)])).checks)).toMatchObject({ holds: true, alpha: 0.05 });
  });

  it('widens the interval where examples of one cluster depend on each other', () => {
    const { outcome, pair } = buildBinary(EQUAL);
    const clusters = { count: 100, inflation: 100 };
    const facts = buildFacts([{ outcome, pair: { ...pair, paired: { ...pair.paired, clusters } } }]);
    expect(first(evaluate(policy({}), facts).checks)).toMatchObject({ holds: null, estimate: '0' });
  });
});

describe('other tests', () => {
  it.each([
    ['a gain that is shown', { ...EQUAL, onlyCandidate: 400, both: 8_600 }, true],
    ['no gain', EQUAL, null],
    ['a loss', { ...EQUAL, onlyBaseline: 400, both: 8_600 }, false],
  ])('superiority: %s', (_what, counts, holds) => {
    const spec = policy({}, { nonInferiority: undefined, superiority: {} });
    expect(first(evaluate(spec, buildFacts([buildBinary(counts)])).checks).holds).toBe(holds);
  });

  it.each([
    ['0.88', true],
    ['0.9', null],
    ['0.92', false],
  ])('a floor of %s under a share of 0.9', (floor, holds) => {
    const spec = policy({}, { nonInferiority: undefined, floor });
    const check = first(evaluate(spec, buildFacts([buildBinary(EQUAL)])).checks);
    expect(check).toMatchObject({ holds, estimate: '0.9' });
    // Wilson's interval of 9,000 of 10,000 at 1.645.
    expect(Number(check.interval?.lower)).toBeCloseTo(0.894_95, 4);
    expect(Number(check.interval?.upper)).toBeCloseTo(0.904_82, 4);
  });

  it('tests a relative margin as a share of the champion', () => {
    const spec = policy({}, { nonInferiority: { relativeMargin: 0.02 } });
    expect(first(evaluate(spec, buildFacts([buildScore(10_000, 50, 50, 100)])).checks)).toMatchObject({ holds: true });
    expect(first(evaluate(spec, buildFacts([buildScore(10_000, 48, 50, 100)])).checks)).toMatchObject({ holds: false });
  });

  it('tests a floor by the logged interval of a version without outcomes', () => {
    const spec = policy({}, { nonInferiority: undefined, floor: '0.8' });
    const interval = { lower: 0.81, upper: 0.85, level: 0.95 };
    const logged = { metric: 'accuracy', value: 0.83, interval, sampleSize: 500, measuredAt: AT, source: 'run r2' };
    const candidate = { ...version('2', buildFacts([])), quality: [logged] };
    const answer = evaluatePolicy({ policy: spec, candidate, champion: null, budgets: new Map() });
    expect(first(answer.checks)).toMatchObject({ holds: true, test: 'logged 95 % interval', n: 500 });
    const strict = { policy: { ...spec, alpha: 0.025 }, candidate, champion: null, budgets: new Map() };
    expect(first(evaluatePolicy(strict).checks)).toMatchObject({ holds: true, alpha: 0.025 });
    const look = { number: null, spentAt: null, previous: [] };
    const spent = { ...candidate, gate: buildFacts([], { look }) };
    expect(
      evaluatePolicy({ policy: spec, candidate: spent, champion: null, budgets: new Map() }).checks[0],
    ).toMatchObject({
      holds: null,
      source: expect.stringContaining('spent on other outcomes'),
    });
    const bare = { ...candidate, quality: [{ ...logged, interval: null }] };
    expect(evaluatePolicy({ policy: spec, candidate: bare, champion: null, budgets: new Map() }).verdict).toBe('hold');
  });
});

describe('service levels, prices and approvals', () => {
  const latency = (above: number) => ({
    latency: { source: 'evaluation', boundMs: 200, n: 10_000, above, p95Ms: 150, sha256: 'a' },
  });
  it.each([
    [300, true],
    [500, null],
    [700, false],
  ])('a p95 with %i of 10,000 above the bound', (above, holds) => {
    const spec = policy({ slo: { latencyP95Ms: 200 } });
    const { checks } = evaluate(spec, buildFacts([buildBinary(EQUAL)], latency(above)));
    expect(checks.find(({ name }) => name === 'latency p95')).toMatchObject({ holds, n: 10_000 });
  });

  it('does not take no failure among few requests for a proven error rate', () => {
    const spec = policy({ slo: { errorRate: 0.01 } });
    const window = { start: '2026-11-01T00:00:00Z', end: AT };
    const requests = (n: number) =>
      buildFacts([buildBinary(EQUAL)], { requests: { source: 's', n, errors: 0, window } });
    const find = (n: number) => evaluate(spec, requests(n)).checks.find(({ name }) => name === 'error rate')?.holds;
    expect([find(50), find(5_000)]).toEqual([null, true]);
  });

  it('is inconclusive with old prices and old evaluations', () => {
    const spec = policy({ freshness: { quality: '12h', prices: '90d' } });
    const { checks } = evaluate(spec, buildFacts([buildBinary(EQUAL)]));
    expect(first(checks)).toMatchObject({ holds: null, source: expect.stringContaining('24 h ago') });
    expect(checks.find(({ name }) => name === 'age of the prices')?.holds).toBeNull();
  });

  it('counts approvals of the role by other accounts than the requester', () => {
    const spec = policy({ approvals: [{ role: 'finance', count: 1 }] });
    const of = (account: string, role: string) => {
      const facts = buildFacts([buildBinary(EQUAL)], { approvals: [{ account, role, at: AT }] });
      return evaluate(spec, facts).checks.find(({ side }) => side === 'approval')?.holds;
    };
    expect([of('eve', 'finance'), of('ada', 'finance'), of('eve', 'operator')]).toEqual([true, null, null]);
  });
});

describe('bad evidence', () => {
  const hold = (facts: GateFacts, reason: string, spec = policy({})) => {
    const { verdict, checks } = evaluate(spec, facts);
    expect(verdict).toBe('hold');
    expect(first(checks)).toMatchObject({ holds: null, source: expect.stringMatching(reason) });
  };

  it('one sample is inconclusive', () => {
    hold(buildFacts([buildBinary({ both: 1, onlyCandidate: 0, onlyBaseline: 0, neither: 0 })]), 'fewer than two');
    hold(buildFacts([buildScore(1, 1, 1, null)]), 'fewer than two|not a finite');
  });

  it('few constant scores without variance are inconclusive', () => {
    hold(buildFacts([buildScore(20, 0.5, 0.5, 0)]), 'All values are equal');
  });

  it('a score that is no number is inconclusive', () => {
    hold(buildFacts([buildScore(100, Number.NaN, 0.5, 1)]), 'not a finite number');
  });

  it('different example sets are inconclusive', () => {
    const { outcome, pair } = buildBinary(EQUAL);
    hold(
      buildFacts([{ outcome, pair: { ...pair, overlap: 0.4 } }]),
      '40 % of the larger one, and the policy requires 95 %',
    );
  });

  it('a relative margin of a metric near zero is inconclusive', () => {
    const spec = policy({}, { nonInferiority: { relativeMargin: 0.02 } });
    hold(buildFacts([buildScore(100, 0.1, 0.05, 100)]), 'does not differ from 0', spec);
  });

  it('a champion that is gone is inconclusive, and no champion yet passes', () => {
    const facts = buildFacts([buildBinary(EQUAL)]);
    expect(evaluate(policy({}), { ...facts, lostChampion: '1' }, null)).toMatchObject({
      verdict: 'hold',
      checks: [{ holds: null, source: expect.stringContaining('was version 1, which is gone') }, {}],
    });
    expect(evaluate(policy({}), facts, null).verdict).toBe('promote');
  });

  it('tests nothing while one metric lacks outcomes, so that no estimate is shown before its look', () => {
    const spec = PolicySpec.parse({
      ...policy({}),
      quality: ['accuracy', 'recall'].map((metric) => ({
        ...{ metric, direction: 'higher', nonInferiority: { margin: '0.02' } },
      })),
    });
    const { checks } = evaluate(spec, buildFacts([buildBinary(EQUAL)]));
    expect(checks.slice(0, 2)).toMatchObject([
      { holds: null, estimate: null, source: expect.stringContaining('no look is spent') },
      { holds: null, source: expect.stringContaining('no outcome "recall"') },
    ]);
  });

  it('spent looks are inconclusive', () => {
    const look = { number: null, spentAt: null, previous: [{ accuracy: 100 }] };
    hold(buildFacts([buildBinary(EQUAL)], { look }), 'the one look of the policy');
  });

  it('a planned look without further examples is inconclusive', () => {
    const look = { number: 2, spentAt: AT, previous: [{ accuracy: 10_000 }] };
    hold(
      buildFacts([buildBinary(EQUAL)], { look }),
      'a further planned look needs more',
      policy({ looks: { planned: 3 } }),
    );
  });

  it('compares point values without alpha, and says so', () => {
    const spec = policy({ alpha: undefined }, { nonInferiority: undefined, floor: '0.5' });
    const logged = {
      metric: 'accuracy',
      value: 0.9,
      interval: null,
      sampleSize: 1,
      measuredAt: null,
      source: 'run r2',
    };
    const candidate = { ...version('2'), quality: [logged] };
    const answer = evaluatePolicy({ policy: spec, candidate, champion: null, budgets: new Map() });
    expect(first(answer.checks)).toMatchObject({ holds: true, test: null, result: 'passes' });
  });
});

describe('a policy that contradicts itself or can never pass', () => {
  it.each([
    ['a test without alpha', policy({ alpha: undefined }), 'State "alpha"'],
    ['looks without alpha', policy({ alpha: undefined, looks: 1 }, { nonInferiority: undefined, floor: '1' }), 'looks'],
    ['a negative margin', policy({}, { nonInferiority: undefined, notWorseThanChampionBy: '-0.1' }), 'negative'],
    ['two margins', policy({}, { notWorseThanChampionBy: '0.1' }), 'two margins'],
    ['a floor of 1 of a share', policy({}, { outcome: 'correct', floor: '1' }), 'can never pass'],
    ['an error rate of 0', policy({ slo: { errorRate: 0 } }), 'can never pass'],
    ['a cost of 0', policy({ cost: [{ measure: 'costPerMonth', predictionsPerMonth: 1, atMost: '0' }] }), 'replica'],
    ['a price of another metric', policy({ tradePrice: { metric: 'f1', perPoint: '1' } }), 'no quality rule'],
  ])('%s', (_what, spec, reason) => {
    expect(findContradiction(spec)).toContain(reason);
  });

  it.each([
    ['alpha 0.5', { alpha: 0.5 }],
    ['no planned look', { looks: { planned: 0 } }],
    [
      'a relative margin of 1',
      { quality: [{ metric: 'a', direction: 'higher', nonInferiority: { relativeMargin: 1 } }] },
    ],
    ['a negative gain', { quality: [{ metric: 'a', direction: 'higher', superiority: { by: '-1' } }] }],
  ])('refuses %s by its schema', (_what, change) => {
    expect(PolicySpec.safeParse({ ...policy({}), ...change }).success).toBe(false);
  });

  it('accepts a policy that can pass', () => {
    expect(findContradiction(policy({ looks: { planned: 5 }, slo: { latencyP95Ms: 100 } }))).toBeNull();
  });
});
