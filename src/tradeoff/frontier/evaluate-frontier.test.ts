import { describe, expect, it } from 'vitest';
import { createRandom } from '../../platform/numbers/index.ts';
import { isDeep } from '../../testing/deep.ts';
import { evaluateFrontier } from './evaluate-frontier.ts';
import {
  buildBenchmark,
  buildFacts,
  buildPair,
  buildPolicy,
  buildVersion,
  evaluateWith,
  readPairOf,
} from './facts.testing.ts';
import { planFrontier } from './list-points.ts';
import type { ModelFrontier } from './schema.ts';

/** 10,000,000 predictions a month are 3.8 a second: one replica at one second for 1,000, nine at 1.6 a second of planned use. */
const cheap = buildVersion('1', { correct: 900, unitCosts: [buildBenchmark('1')] });
const good = buildVersion('2', { correct: 950, unitCosts: [buildBenchmark('3')] });
const worse = buildVersion('3', { correct: 850, unitCosts: [buildBenchmark('2')] });
const near = buildVersion('4', { correct: 948, unitCosts: [buildBenchmark('4')] });
const versions = [near, worse, good, cheap];

const evaluate = (facts = buildFacts(versions), question = {}) => evaluateWith(facts, question, readPairOf(facts));
const statuses = ({ points }: ModelFrontier) => points.map(({ version, status, by }) => [version, status, by]);

describe('the frontier of a model', () => {
  it('tells frontier, dominated and tied points apart by paired tests', () => {
    const { frontier } = evaluate();
    expect(statuses(frontier)).toEqual([
      ['1', 'frontier', []],
      ['3', 'dominated', ['v1 on 1 x gpu, batches of 1']],
      ['2', 'frontier', []],
      ['4', 'tied', ['v2 on 1 x gpu, batches of 1']],
    ]);
    expect(frontier.points[0]).toMatchObject({
      costPerMonth: { amount: '730', lower: '730', upper: '730', currency: 'USD' },
      costPerThousand: { amount: '0.073' },
      replicas: { least: 1, most: 1 },
      quality: { estimate: 0.9, n: 1000 },
      acceptance: null,
    });
    expect(frontier.costAxis).toEqual({
      basis: 'atDemand',
      currency: 'USD',
      demand: { source: 'stated', predictionsPerMonth: 10_000_000, days: null },
    });
  });

  it('answers the range of the trade price in which each frontier point wins', () => {
    // Version 2 costs 1,460 a month more for 5 points: 292 a point.
    const prices = evaluate().frontier.points.map(({ version, tradePrice }) => [version, tradePrice]);
    expect(Object.fromEntries(prices)).toEqual({
      1: { from: '0', to: '292' },
      2: { from: '292', to: null },
      3: null,
      4: null,
    });
  });

  it('reads only the pairs that can decide a status', () => {
    const many = Array.from({ length: 20 }, (_, at) =>
      buildVersion(String(at + 10), { correct: 500 + at, unitCosts: [buildBenchmark(String(5 + at))] }),
    );
    const { asked } = evaluate(buildFacts([...many, ...versions]));
    // 23 with the reference, then each of 22 points off the frontier with those on it: not all 276 pairs.
    expect(asked).toBeLessThan(23 + 2 * 22);
  });

  it('takes a cheaper configuration of the same version as better without a test of its quality', () => {
    const twice = buildVersion('1', {
      unitCosts: [buildBenchmark('1'), buildBenchmark('9', { hardware: '1 x large' })],
    });
    const { frontier, asked } = evaluate(buildFacts([twice]));
    expect(frontier.points.map(({ hardware, status }) => [hardware.name, status])).toEqual([
      ['1 x gpu', 'frontier'],
      ['1 x large', 'dominated'],
    ]);
    expect(asked).toBe(0);
    expect(frontier.notes[0]).toBe('Only one version has a cost and a quality: there is nothing to compare it with.');
  });

  it('does not tell configurations apart whose intervals of the cost overlap', () => {
    const wide = { seconds: 180, spread: 0.5 };
    const one = buildVersion('1', {
      unitCosts: [buildBenchmark('1', wide), buildBenchmark('1.1', { ...wide, hardware: '1 x other' })],
    });
    expect(evaluate(buildFacts([one])).frontier.points.map(({ status }) => status)).toEqual(['frontier', 'tied']);
  });

  it('orders a metric of which lower is better', () => {
    const facts = buildFacts(versions);
    const lower = { ...facts, axis: facts.axis && { ...facts.axis, direction: 'lower' as const } };
    expect(statuses(evaluate(lower).frontier)[0]).toEqual(['1', 'frontier', []]);
    expect(statuses(evaluate(lower).frontier)[2]?.[1]).toBe('dominated');
  });

  it('leaves out what has no cost, no price, no evaluation or other examples, with the reason', () => {
    const facts = buildFacts([
      cheap,
      buildVersion('5', { correct: null, unitCosts: [buildBenchmark('1')] }),
      buildVersion('6', {}),
      buildVersion('7', { unitCosts: [buildBenchmark(null)] }),
      buildVersion('8', { unitCosts: [buildBenchmark('1', { currency: 'EUR' })] }),
      buildVersion('9', { unitCosts: [buildBenchmark('1')] }),
    ]);
    const { frontier } = evaluateWith(facts, {}, ({ candidate }) =>
      candidate === '9' ? buildPair(90, 90, { rows: 100 }) : buildPair(900, 900),
    );
    expect(frontier.points.map(({ version }) => version)).toEqual(['1']);
    expect(frontier.leftOut.map(({ version, missing, reason }) => [version, missing, reason])).toEqual([
      ['5', 'quality', 'no evaluation'],
      ['6', 'cost', expect.stringContaining('no benchmark was recorded')],
      ['7', 'cost', expect.stringContaining('no price for gpu now')],
      ['8', 'cost', expect.stringContaining('in EUR')],
      ['9', 'quality', expect.stringContaining('100 of 1000 in common')],
    ]);
  });

  it('has no points and says why, without any evaluation or any demand', () => {
    const none = evaluate(
      buildFacts([buildVersion('1', { correct: null, unitCosts: [buildBenchmark('1')] })], { axis: null }),
    );
    expect(none.frontier).toMatchObject({ points: [], qualityAxis: null, cheapestNonInferior: { point: null } });
    const facts = buildFacts([cheap]);
    const { predictionsPerMonth: _demand, ...rule } = facts.terms.rule;
    const undemanded = evaluate({ ...facts, terms: { ...facts.terms, rule } });
    expect(undemanded.frontier.leftOut[0]?.reason).toContain('no demand is stated or measured');
  });

  it('notes versions with the same outcomes of every example', () => {
    const copy = { ...good, quality: { ...(cheap.quality as object), sha256: 'sha-1' } } as typeof good;
    expect(evaluate(buildFacts([copy, cheap])).frontier.notes[0]).toContain('Versions 2, 1 have the same outcomes');
  });
});

describe('the answers on the frontier', () => {
  const withBaseline = buildFacts(versions, { baseline: { version: '2', source: 'alias' } });

  it('finds the cheapest version that is proven within the margin, and the saving', () => {
    const { cheapestNonInferior: found } = evaluate(withBaseline, { margin: 0.1 }).frontier;
    expect(found).toMatchObject({ point: 'v1 on 1 x gpu, batches of 1', baseline: '2', margin: 0.1, alpha: 0.05 });
    expect(found.saving).toMatchObject({ amount: '1460', currency: 'USD' });
  });

  it('names the cheaper versions that more examples may prove', () => {
    const { cheapestNonInferior: found } = evaluate(withBaseline, { margin: 0.055 }).frontier;
    expect(found.point).toBe('v2 on 1 x gpu, batches of 1');
    expect(found.unproven).toEqual([
      { point: 'v1 on 1 x gpu, batches of 1', saving: expect.anything(), samplesNeeded: expect.any(Number) },
    ]);
    expect(found.reason).toContain('no cheaper version');
  });

  it('says what is missing without a margin or a baseline', () => {
    const unmeasured = { ...good, quality: 'no evaluation "default"' };
    const facts = buildFacts([near, cheap, unmeasured], { baseline: withBaseline.baseline });
    expect(evaluate(facts, { margin: 0.1 }).frontier.cheapestNonInferior).toMatchObject({
      point: null,
      unproven: [],
      reason: expect.stringMatching(/^version 2 has no outcome ".*" in an evaluation "default" to compare with$/),
    });
    expect(evaluate(withBaseline).frontier.cheapestNonInferior.reason).toContain('no margin');
    expect(evaluate(buildFacts(versions), { margin: 0.1 }).frontier.cheapestNonInferior.reason).toContain(
      'no baseline',
    );
  });

  it('finds the best version within a budget, and the cheaper ones that cannot be told apart', () => {
    expect(evaluate(withBaseline, { budget: '1000' }).frontier.bestWithinBudget.point).toBe(
      'v1 on 1 x gpu, batches of 1',
    );
    expect(evaluate(withBaseline, { budget: '10' }).frontier.bestWithinBudget).toMatchObject({ point: null });
    const close = buildVersion('5', { correct: 951, unitCosts: [buildBenchmark('3.5')] });
    const facts = buildFacts([close, ...versions]);
    expect(evaluate(facts, { budget: '9999' }).frontier.bestWithinBudget).toMatchObject({
      point: 'v5 on 1 x gpu, batches of 1',
      tied: ['v2 on 1 x gpu, batches of 1'],
    });
  });
});

describe('the acceptance of a policy', () => {
  const gate = (correct: number, rows = 1000) => {
    const pair = buildPair(correct, 950, { rows });
    const reference = { evaluation: 'e', evaluationVersion: 1, sha256: 'x', rows, importedAt: '2026-11-09T00:00:00Z' };
    const mean = correct / rows;
    return {
      ...{ at: '2026-11-10T00:00:00.000Z', latency: null, requests: null, look: null, approvals: null },
      ...{ requestedBy: null, lostChampion: null },
      outcomes: [
        {
          ...{
            metric: 'accuracy',
            name: 'default',
            runId: 'r',
            ...reference,
            outcome: 'correct',
            kind: 'binary' as const,
          },
          ...{ mean, variance: mean * (1 - mean), inflation: null, examplesPerDay: null },
        },
      ],
      pairs: [{ metric: 'accuracy', baseline: { ...reference, runId: 'r2' }, overlap: 1, paired: pair }],
    };
  };
  const accepted = (policy: ReturnType<typeof buildPolicy>) => {
    const of = (version: string, correct: number, perHour: string) =>
      buildVersion(version, { correct, unitCosts: [buildBenchmark(perHour)], change: { gate: gate(correct) } });
    const facts = buildFacts([of('2', 950, '3'), of('1', 900, '1'), of('4', 948, '2'), of('5', 949, '9')], {
      policy,
      baseline: { version: '2', source: 'alias' },
    });
    return evaluate(facts).frontier;
  };

  it('is that of the gate for every point, with the rules that do not pass', () => {
    const { points } = accepted(buildPolicy({}));
    expect(points.map(({ version, acceptance }) => [version, acceptance?.result])).toEqual([
      ['1', 'rejected'],
      ['4', 'accepted'],
      ['2', 'accepted'],
      ['5', 'rejected'],
    ]);
    expect(points[0]?.acceptance?.rules).toMatchObject([
      { name: 'accuracy non-inferior to @champion', result: 'fails' },
    ]);
    expect(points[3]?.acceptance?.rules).toMatchObject([
      {
        name: 'cost per month (at demand)',
        result: 'fails',
        reason: '$6,570 per month ($6,570 to $6,570), required <= $5,000',
      },
    ]);
  });

  it('is unproven while a test is inconclusive', () => {
    const tight = { quality: [{ metric: 'accuracy', direction: 'higher', nonInferiority: { margin: '0.003' } }] };
    const { points } = accepted(buildPolicy(tight));
    const own = points.find(({ version }) => version === '4')?.acceptance;
    expect(own).toMatchObject({ result: 'unproven', rules: [{ samplesNeeded: expect.any(Number) }] });
  });

  it('has a region on the axes: floor, margin from the baseline, cost at the demand', () => {
    const { region } = accepted(
      buildPolicy({
        cost: [
          { measure: 'trainingCost', atMost: '5' },
          { measure: 'costPerThousandPredictions', atMost: '0.3', predictionsPerMonth: 10_000_000 },
        ],
        tradePrice: { metric: 'accuracy', perPoint: '120' },
      }),
    );
    expect(region).toEqual({
      quality: [
        { rule: 'accuracy floor', bound: 0.8, comparison: '>=', baseline: null },
        { rule: 'accuracy non-inferior to @champion', bound: 0.95 - 0.02, comparison: '>=', baseline: '2' },
      ],
      cost: [
        {
          rule: 'cost per 1,000 predictions',
          bound: '3000',
          source: '$0.30 per 1,000 at 10,000,000 predictions a month',
        },
      ],
      tradePrice: { perPoint: '120', point: 0.01, fromCost: '2190', fromQuality: 0.95 },
      notOnAxes: ['training cost'],
    });
  });
});

describe('a frontier of 1,000 points', () => {
  it('is evaluated in less than 300 ms of CPU', () => {
    const random = createRandom(7);
    const many = Array.from({ length: 1000 }, (_, at) => {
      const price = (0.5 + 10 * random()).toFixed(3);
      const correct = Math.round(9000 * (0.4 + 0.05 * Number(price) ** 0.5 + 0.2 * random()));
      return buildVersion(String(at), { correct, rows: 10_000, unitCosts: [buildBenchmark(price)] });
    });
    const facts = buildFacts(many, { baseline: { version: '0', source: 'stated' } });
    const correctOf = new Map(
      many.map(({ evidence, quality }) => [
        evidence.version,
        typeof quality === 'object' ? Math.round(quality.mean * quality.rows) : 0,
      ]),
    );
    const read = ({ candidate, baseline }: { candidate: string; baseline: string }) =>
      buildPair(correctOf.get(candidate) ?? 0, correctOf.get(baseline) ?? 0, { rows: 10_000, apart: 100 });
    const question = { margin: 0.01, budget: '5000' };
    const { pairs, asked } = evaluateWith(facts, question, read);
    expect(asked).toBeLessThan(0.05 * 1000 * 999);
    const before = process.cpuUsage();
    const { points } = evaluateFrontier(planFrontier(facts), question, pairs);
    const { user, system } = process.cpuUsage(before);
    expect(points).toHaveLength(1000);
    // 155 ms on two shared cores; a tenth of a normal run may be slower.
    expect((user + system) / 1000).toBeLessThan(isDeep ? 300 : 1000);
  });
});
