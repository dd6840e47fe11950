import { describe, expect, it } from 'vitest';
import type { CostEvidence, VersionEvidence } from '../evidence/schema.ts';
import { PolicySpec as PolicySchema, type PolicySpec } from './schema.ts';
import { summarise } from './summary.ts';
import { type Scales, weigh } from './weigh.ts';

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

describe('the gate', () => {
  it.each([
    ['promotes when every check on both sides holds', version('2', 0.21, '0.015'), 'promote'],
    ['rejects the better model that costs too much', version('3', 0.4, '0.5'), 'reject'],
    ['rejects the cheaper model that is worse by more than the margin', version('4', 0.189, '0.001'), 'reject'],
    ['takes the margin itself as good enough', version('5', 0.19, '0.001'), 'promote'],
    ['holds when quality was not measured', version('6', null, '0.001'), 'hold'],
    ['holds when the cost is unknown, and does not take it for zero', version('7', 0.3, null), 'hold'],
    ['rejects rather than holds when one side fails and the other lacks evidence', version('8', 0.05, null), 'reject'],
  ])('%s', (_name, candidate, verdict) => {
    expect(weigh(scales(candidate)).verdict).toBe(verdict);
  });

  it('computes the cost a month at the stated demand exactly', () => {
    const check = weigh(scales(version('2', 0.21, '0.015'))).checks.find(({ name }) => name === 'cost per month');
    expect(check).toMatchObject({ measured: '750', bound: '900', unit: 'USD per month', holds: true });
  });

  it('lets the first version through the comparison with a champion that does not exist', () => {
    expect(weigh(scales(version('1', 0.15, '0.01'), { champion: null })).verdict).toBe('promote');
  });

  it('holds while nothing is known of a budget', () => {
    const budgets = new Map([['recs', { currency: 'USD', remaining: null, source: '' }]]);
    expect(weigh(scales(version('2', 0.21, '0.015'), { budgets })).verdict).toBe('hold');
  });

  it('does not compare a cost with a bound in another currency', () => {
    const candidate = version('2', 0.21, '0.015');
    const euro: VersionEvidence = {
      ...candidate,
      trainingCost: { ...candidate.trainingCost, cost: { amount: '1', currency: 'EUR' } },
    };
    expect(weigh(scales(euro)).verdict).toBe('hold');
  });

  it('turns the comparison round for a metric where lower is better', () => {
    const quality: PolicySpec['quality'] = [{ metric: 'ndcg_at_10', direction: 'lower', floor: '0.2' }];
    expect(weigh(scales(version('2', 0.21, '0.01'), { policy: { ...policy, quality } })).verdict).toBe('reject');
  });

  it('says in one sentence what fails and by how much', () => {
    const { verdict, checks } = weigh(scales(version('3', 0.4, '0.5')));
    expect(summarise('ranker', '3', verdict, checks)).toBe(
      'ranker 3 is refused on cost: cost per 1,000 predictions is 0.5 where <= 0.02 USD per 1,000 predictions is asked, cost per month is 25,000.00 where <= 900 USD per month is asked and budget recs is 25,000.00 where <= 1,000.00 USD per month is asked.',
    );
  });
});
