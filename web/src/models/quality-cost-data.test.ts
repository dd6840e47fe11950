import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../src/tradeoff/decisions/schema.ts';
import type { VersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import type { Policy } from '../../../src/tradeoff/gates/schema.ts';
import type { ComparedUnitCosts } from '../../../src/tradeoff/unit-cost/schema.ts';
import { verdictSentence } from './headline.ts';
import { qualityCostData } from './quality-cost-data.ts';
import { bestOn, findChampion, listMetrics, tableMetrics } from './versions.ts';
import { versionsCsv } from './versions-csv.ts';

const cost = (amount: string | null): VersionEvidence['trainingCost'] => ({
  cost: amount === null ? null : { amount, currency: 'USD' },
  reason: amount === null ? 'no usage' : null,
  basis: 'metered',
  intervals: 1,
  predictions: 1000,
  window: null,
  source: 'price book',
});
const version = (name: string, ndcg: number, aliases: string[] = []): VersionEvidence => ({
  model: 'm',
  version: name,
  aliases,
  runId: null,
  createdAt: '2026-11-01T00:00:00Z',
  quality: [
    { metric: 'loss', value: 1, interval: null, sampleSize: null, measuredAt: null, source: 'run' },
    { metric: 'ndcg', value: ndcg, interval: null, sampleSize: null, measuredAt: null, source: 'run' },
  ],
  trainingCost: cost('1'),
  unitCosts: [],
});
const policy: Policy = {
  name: 'p',
  policyVersion: 1,
  spec: {
    model: 'm',
    alias: 'live',
    currency: 'USD',
    quality: [{ metric: 'ndcg', direction: 'higher', floor: '0.3' }],
    cost: [{ measure: 'costPerThousandPredictions', basis: 'benchmark', atMost: '0.02' }],
  },
};
const versions = [version('3', 0.4), version('2', 0.35), version('1', 0.3, ['live'])];
const compare = (amounts: Readonly<Record<string, string>>): ComparedUnitCosts => ({
  basis: 'benchmark',
  hardware: '1 x cpu-core',
  batchSize: 64,
  window: null,
  currency: 'USD',
  figures: Object.entries(amounts).map(([name, amount]) => ({
    version: name,
    perThousand: { amount, currency: 'USD' },
    interval: null,
  })),
  leftOut: versions
    .filter((one) => amounts[one.version] === undefined)
    .map((one) => ({ version: one.version, reason: 'only served' })),
  reason: null,
});
const compared = compare({ 1: '0.01', 2: '0.4' });
const facts = { versions, compared, policy, metric: 'ndcg' };

describe('quality against cost', () => {
  it('draws what has both figures and names what has not', () => {
    const { data, missing } = qualityCostData(facts);
    expect(data.points.map((point) => [point.id, point.champion])).toEqual([
      ['2', false],
      ['1', true],
    ]);
    expect(missing).toEqual(['3']);
  });

  it('takes the bounds of the policy and keeps them on the picture', () => {
    const { data } = qualityCostData(facts);
    expect([data.floor, data.ceiling]).toEqual([0.3, 0.02]);
    expect(data.costDomain[0]).toBeLessThan(0.01);
    expect(data.qualityDomain[0]).toBeLessThan(0.3);
  });

  it('draws figures of the comparison and no others, whatever else is known of the versions', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('1', '2', '3', '9'), fc.constantFrom('0.01', '7')), (amounts) => {
        const { data, missing } = qualityCostData({ ...facts, compared: compare(amounts) });
        for (const point of data.points) expect(point.exactCost).toBe(amounts[point.id]);
        expect([...data.points.map(({ id }) => id), ...missing].toSorted()).toEqual(['1', '2', '3']);
        const csv = versionsCsv(versions, compare(amounts));
        expect(csv.split('benchmark').length - 1).toBe(data.points.length);
      }),
    );
  });

  it('draws no bound of another basis, hardware, batch size or currency than that of the figures', () => {
    const rule = { measure: 'costPerThousandPredictions' as const, atMost: '0.02' };
    const withRule = (change: object, currency = 'USD') => ({
      ...facts,
      policy: { ...policy, spec: { ...policy.spec, currency, cost: [{ ...rule, ...change }] } },
    });
    const ceilings = [
      withRule({}),
      withRule({ basis: 'served' }),
      withRule({ basis: 'benchmark', hardware: '1 x gpu' }),
      withRule({ basis: 'benchmark' }, 'EUR'),
      withRule({ basis: 'benchmark', batchSize: 8 }),
      withRule({ basis: 'benchmark', hardware: '1 x cpu-core', batchSize: 64 }),
    ].map((one) => qualityCostData(one).data.ceiling);
    expect(ceilings).toEqual([null, null, null, null, null, 0.02]);
  });

  it('takes a logarithmic axis only for costs that are far apart', () => {
    expect(qualityCostData(facts).data.logCost).toBe(true);
    const near = { ...facts, compared: compare({ 1: '0.01', 2: '0.012' }) };
    expect(qualityCostData(near).data.logCost).toBe(false);
  });

  it('knows the champion by the alias of the policy', () => {
    expect(findChampion(versions, policy)?.version).toBe('1');
    expect(findChampion(versions, undefined)).toBeUndefined();
  });

  it('puts the metrics of the policy first and the best version by its direction', () => {
    expect(listMetrics(versions, policy)).toEqual(['ndcg', 'loss']);
    expect(tableMetrics(versions, policy, 'loss')).toEqual(['ndcg', 'loss']);
    expect(bestOn(versions, 'ndcg', 'higher')?.version).toBe('3');
    expect(bestOn(versions, 'ndcg', 'lower')?.version).toBe('1');
  });
});

describe('the headline of a model', () => {
  const decision = (verdict: Decision['verdict']): Decision => ({
    decision: 'dec_00000000000000000000',
    at: '2026-11-01T00:00:00Z',
    actor: 'a',
    model: 'm',
    version: '3',
    policy: 'production',
    policyVersion: 1,
    verdict,
    summary: '',
    checks: [],
    action: null,
    restatedBy: [],
    needsReevaluation: false,
    isInForce: true,
    review: null,
  });
  const headline = (amounts: Readonly<Record<string, string>>, decisions = [decision('reject')]) =>
    verdictSentence({ ...facts, compared: compare(amounts), decisions });

  it.each<[Record<string, string>, string]>([
    [{ 1: '0.01', 3: '0.08' }, 'but costs 8 times as much per prediction'],
    [{ 1: '0.01', 3: '0.014' }, 'but costs 40 % more per prediction'],
    [{ 1: '0.01', 3: '0.006' }, 'and costs 40 % less per prediction'],
    [{ 1: '0.01', 3: '0.01' }, 'at about the same cost per prediction'],
    [{ 1: '0.01' }, 'at a cost per prediction that cannot be compared'],
    [{ 3: '0.01' }, 'at a cost per prediction that cannot be compared'],
    [{}, 'at a cost per prediction that cannot be compared'],
  ])('says of costs %j: %s, and the verdict of the gate', (amounts, text) => {
    // A narrow no-break space separates numbers and the percent sign.
    expect(headline(amounts).replaceAll(/[\u00a0\u202f]/g, ' ')).toBe(
      `v1 is champion and has not been evaluated. v3 is 33 % better on ndcg ${text}: rejected.`,
    );
  });

  it('compares the costs a month of the decisions where both are at one demand', () => {
    const priced = (version: string, measured: string, predictionsPerMonth: number): Decision => ({
      ...decision(version === '3' ? 'reject' : 'promote'),
      version,
      checks: [
        {
          ...{ name: 'cost per month', side: 'cost', measured, unit: 'USD per month', comparison: '<=', bound: '100' },
          ...{ holds: version !== '3', interval: null, basis: 'atDemand', source: 'replicas at demand' },
          atDemand: {
            capacity: {
              ...{ source: 'benchmark', predictionsPerSecond: 1, slo: null, targetUtilization: 0.7 },
              ...{ concurrency: 1, measurements: 1 },
            },
            demand: { source: 'stated', predictionsPerMonth, days: null },
            replicas: { least: 1, most: 1 },
          },
        },
      ],
    });
    const amounts = { 1: '0.01', 3: '0.1' };
    expect(headline(amounts, [priced('3', '550', 1e6), priced('1', '100', 1e6)])).toContain(
      'but costs 5.5 times as much at demand ($550.00 per month against a limit of $100.00): rejected.',
    );
    expect(headline(amounts, [priced('3', '550', 1e6), priced('1', '100', 5e6)])).toContain(
      'but costs 10 times as much per prediction',
    );
  });

  it('says when the best version was not weighed, and when the champion is the best', () => {
    expect(headline({}, [])).toContain('; it has not been evaluated.');
    const best = [version('2', 0.2), version('1', 0.3, ['live'])];
    expect(verdictSentence({ ...facts, versions: best, decisions: [] })).toBe(
      'v1 is champion and has not been evaluated. No version is better on ndcg.',
    );
  });
});
