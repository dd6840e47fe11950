import { expect, it } from 'vitest';
import { describeCostRules, describeQualityRules } from './policy-rules.ts';

it('states the requirements of a policy with their bounds', () => {
  const spec = {
    ...{ alias: 'champion', currency: 'USD' },
    quality: [
      { metric: 'ndcg_at_10', direction: 'higher' as const, floor: '0.13', nonInferiority: { margin: '0.01' } },
      { metric: 'loss', direction: 'lower' as const, floor: '0.5' },
      { metric: 'auc', direction: 'higher' as const, superiority: { by: '0' } },
    ],
    cost: [
      { measure: 'trainingCost' as const, atMost: '0.25' },
      { measure: 'costPerThousandPredictions' as const, atMost: '0.00000677' },
      { measure: 'costPerMonth' as const, atMost: '3900' },
      { measure: 'budget' as const, budget: 'recommendations' },
    ],
  };
  expect(describeQualityRules(spec)).toEqual([
    'ndcg@10: at least 0.13, not worse than @champion by 0.01',
    'loss: at most 0.5',
    'auc: better than @champion',
  ]);
  expect(describeCostRules(spec)).toEqual([
    'training: at most $0.25',
    'predictions: at most $0.00677 per 1M',
    'predictions: at most $3,900.00 per month',
    'within budget recommendations',
  ]);
});
