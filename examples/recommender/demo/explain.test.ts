import { expect, it } from 'vitest';
import type { Check } from '../../../src/tradeoff/gates/schema.ts';
import { explainVerdict } from './explain.ts';

const TESTED: Check = {
  ...{ name: 'ndcg_at_10 non-inferior to @champion', side: 'quality', unit: 'ndcg_at_10' },
  ...{ measured: '0.0585123', comparison: '>=', bound: '-0.01', holds: true },
  ...{
    interval: { lower: '0.0545', upper: '0.0625' },
    test: 'paired t interval',
    n: 3940,
    alpha: 0.05,
    source: 'run a',
  },
};
const COST: Check = {
  ...{ name: 'cost per month', side: 'cost', unit: 'USD per month', basis: 'atDemand' },
  ...{ measured: '488.37', comparison: '<=', bound: '172.8', holds: false, interval: null, source: '15 replicas' },
};

it('explains a promotion by all checks, with interval, test and users', () => {
  expect(explainVerdict('promote', [TESTED])).toEqual([
    'ndcg_at_10 non-inferior to @champion: 0.05851 (0.0545 to 0.0625), required >= -0.01; paired t interval, 3,940 users, alpha 0.05',
  ]);
});

it('explains another verdict by the checks that do not pass, and names missing evidence', () => {
  const unknown = { ...COST, measured: null, holds: null, source: 'no price' };
  expect(explainVerdict('reject', [TESTED, COST, unknown])).toEqual([
    'cost per month (at demand): 488.4, required <= 172.8 USD per month; 15 replicas',
    'cost per month (at demand): inconclusive; no price',
  ]);
});
