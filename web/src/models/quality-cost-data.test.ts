import { describe, expect, it } from 'vitest';
import type { VersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import type { Policy } from '../../../src/tradeoff/gates/schema.ts';
import { qualityCostData } from './quality-cost-data.ts';
import { bestOn, championOf, metricsOf, tableMetrics } from './versions.ts';

const cost = (amount: string | null): VersionEvidence['trainingCost'] => ({
  cost: amount === null ? null : { amount, currency: 'USD' },
  reason: amount === null ? 'no usage' : null,
  basis: 'metered',
  intervals: 1,
  predictions: 1000,
  window: null,
  source: 'price book',
});
const version = (name: string, ndcg: number, amount: string | null, aliases: string[] = []): VersionEvidence => ({
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
  costPerThousandPredictions: cost(amount),
});
const policy: Policy = {
  name: 'p',
  policyVersion: 1,
  spec: {
    model: 'm',
    alias: 'live',
    currency: 'USD',
    quality: [{ metric: 'ndcg', direction: 'higher', floor: '0.3' }],
    cost: [{ measure: 'costPerThousandPredictions', atMost: '0.02' }],
  },
};
const versions = [version('3', 0.4, null), version('2', 0.35, '0.4'), version('1', 0.3, '0.01', ['live'])];

describe('quality against cost', () => {
  it('draws what has both figures and names what has not', () => {
    const { data, missing } = qualityCostData(versions, policy, 'ndcg');
    expect(data.points.map((point) => [point.id, point.champion])).toEqual([
      ['2', false],
      ['1', true],
    ]);
    expect(missing).toEqual(['3']);
  });

  it('takes the bounds of the policy and keeps them on the picture', () => {
    const { data } = qualityCostData(versions, policy, 'ndcg');
    expect([data.floor, data.ceiling]).toEqual([0.3, 0.02]);
    expect(data.costDomain[0]).toBeLessThan(0.01);
    expect(data.qualityDomain[0]).toBeLessThan(0.3);
  });

  it('takes a logarithmic axis only for costs that are far apart', () => {
    expect(qualityCostData(versions, policy, 'ndcg').data.logCost).toBe(true);
    const near = [version('2', 0.35, '0.012'), version('1', 0.3, '0.01')];
    expect(qualityCostData(near, policy, 'ndcg').data.logCost).toBe(false);
  });

  it('knows the champion by the alias of the policy', () => {
    expect(championOf(versions, policy)?.version).toBe('1');
    expect(championOf(versions, undefined)).toBeUndefined();
  });

  it('puts the metrics of the policy first and the best version by its direction', () => {
    expect(metricsOf(versions, policy)).toEqual(['ndcg', 'loss']);
    expect(tableMetrics(versions, policy, 'loss')).toEqual(['ndcg', 'loss']);
    expect(bestOn(versions, 'ndcg', 'higher')?.version).toBe('3');
    expect(bestOn(versions, 'ndcg', 'lower')?.version).toBe('1');
  });
});
