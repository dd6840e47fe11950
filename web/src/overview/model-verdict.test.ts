import { expect, it } from 'vitest';
import type { Decision } from '../../../src/tradeoff/decisions/schema.ts';
import { formatFailedLimit, listWaiting } from './model-verdict.ts';

const check = {
  ...{ name: 'cost per month', side: 'cost' as const, measured: '49.86', unit: 'USD per month' },
  ...{
    comparison: '<=' as const,
    bound: '13.8',
    holds: false,
    interval: null,
    source: 'bill',
    result: 'fails' as const,
  },
};
const perPrediction = { ...check, measured: '0.0005652', unit: 'USD per 1,000 predictions', bound: '0.0003' };
const quality = { ...check, side: 'quality' as const, unit: 'ndcg' };

it.each([
  ['the cost of a month first', [perPrediction, check], '$49.86 a month against a $13.80 limit'],
  ['another cost', [quality, perPrediction], '$0.5652 per 1M predictions against a $0.30 limit'],
  ['nothing of a quality check', [quality], null],
  ['nothing of a check that passes', [{ ...check, holds: true }], null],
])('names %s', (_name, checks, text) => {
  expect(formatFailedLimit({ checks } as unknown as Pick<Decision, 'checks'>)).toBe(text);
});

it('lists the latest versions without a verdict, with what is missing', () => {
  const decisions = [
    { model: 'ranker', version: '7', verdict: 'promote' },
    { model: 'fraud', version: '2', verdict: 'hold' },
    { model: 'search', version: '1', verdict: 'reject' },
  ] as unknown as Decision[];
  const models = ['ranker 7', 'fraud 2', 'search 2', 'empty'].map((text) => {
    const [name = '', latestVersion = null] = text.split(' ');
    return { name, latestVersion };
  });
  expect(listWaiting(models, decisions, () => 'labels')).toEqual([
    { model: 'fraud', version: '2', missing: 'labels' },
    { model: 'search', version: '2', missing: 'not evaluated yet' },
  ]);
});
