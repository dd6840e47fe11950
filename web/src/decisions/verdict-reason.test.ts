import { expect, it } from 'vitest';
import type { Check } from '../../../src/tradeoff/gates/schema.ts';
import { refusedOn, verdictReason } from './verdict-reason.ts';

const check = (changes: Partial<Check>): Check => ({
  name: 'ndcg floor',
  side: 'quality',
  measured: '0.3188181674',
  unit: 'ndcg',
  comparison: '>=',
  bound: '0.15',
  holds: true,
  interval: null,
  source: 'run',
  ...changes,
});
const cost = (changes: Partial<Check>) => check({ side: 'cost', comparison: '<=', ...changes });
const perThousand = cost({
  name: 'cost per 1,000 predictions',
  measured: '0.0000010148',
  unit: 'USD per 1,000 predictions',
  bound: '0.00000024',
});
const perMonth = cost({ name: 'cost per month', measured: '58.4544', unit: 'USD per month', bound: '13.80' });

it('names the cost a month that is too high, and counts the others', () => {
  const checks = [check({}), { ...perThousand, holds: false }, { ...perMonth, holds: false }];
  expect(verdictReason({ verdict: 'reject', checks })).toBe(
    'cost per month is $58.45 where at most $13.80 is allowed, and 1 more check fails',
  );
  expect(refusedOn({ verdict: 'reject', checks })).toBe('on cost');
});

it('names the quality that is too low first', () => {
  const checks = [check({ holds: false, measured: '0.05002' }), { ...perMonth, holds: false }];
  expect(verdictReason({ verdict: 'reject', checks })).toContain(
    'ndcg floor is 0.05002 where at least 0.15 is required',
  );
  expect(refusedOn({ verdict: 'reject', checks })).toBe('on both sides');
});

it('says what is missing for a verdict', () => {
  const checks = [check({}), { ...perThousand, measured: null, holds: null }];
  expect(verdictReason({ verdict: 'hold', checks })).toBe('evidence is missing for cost of predictions');
});

it('gives the figures of a promotion from both sides', () => {
  expect(verdictReason({ verdict: 'promote', checks: [check({}), perThousand, perMonth] })).toBe(
    'all checks pass, with ndcg 0.3188 and cost per month $58.45',
  );
  expect(verdictReason({ verdict: 'promote', checks: [check({}), perThousand] })).toBe(
    'all checks pass, with ndcg 0.3188 and cost $0.00101 per 1M predictions',
  );
});

it('names the quantity and the basis of a cost, so that training and predictions are told apart', () => {
  const training = cost({ name: 'training cost', measured: '0.0001521', unit: 'USD', bound: '1' });
  expect(verdictReason({ verdict: 'promote', checks: [check({}), training] })).toBe(
    'all checks pass, with ndcg 0.3188 and training cost $0.000152',
  );
  const atDemand = { ...perMonth, basis: 'atDemand' as const, holds: false };
  expect(verdictReason({ verdict: 'reject', checks: [check({}), atDemand] })).toContain(
    'cost per month (at demand) is',
  );
});
