import { expect, it } from 'vitest';
import type { ModelScorecard } from '../../../../src/tradeoff/scorecards/schema.ts';
import { findBestModel } from './best-figures.ts';
import { detailText, figureText, rangeText, targetText, trendText } from './words.ts';

const trend = { before: 1, change: 0.1, changeRatio: 0.1, direction: 'up', meaning: 'worse' };
const measure = { value: 0.5, unit: 'ratio', basis: 'live', trend, target: null };
const usd = (amount: string) => ({ amount, currency: 'USD' });

function scorecard(more: object = {}): ModelScorecard {
  return {
    model: 'ranker',
    cost: { ...measure, value: '39350.26', currency: 'USD', making: usd('31564.04'), running: usd('7786.22') },
    gpu: { ...measure, value: 1140.4, utilizationRatio: 0.84 },
    roi: { ...measure, payback: { date: '2026-12-10' } },
    quality: { ...measure, metric: 'ndcg@10', better: 'higher' },
    latency: { ...measure, value: 2.94, errorRatio: 0 },
    drift: { ...measure, windows: 4, drifted: 2 },
    ...more,
  } as unknown as ModelScorecard;
}

it('writes each figure in its unit, with its second figure', () => {
  const one = scorecard();
  const text = (name: 'cost' | 'gpu' | 'roi' | 'quality' | 'latency' | 'drift') => [
    figureText(name, one),
    detailText(name, one),
  ];
  expect(text('cost')).toEqual(['$39,350.26', 'make $31,564, run $7,786']);
  expect(text('gpu')).toEqual(['1,140 h', '84\u00a0% used']);
  expect(text('quality')).toEqual(['0.5', 'ndcg@10']);
  expect(text('drift')).toEqual(['50\u00a0%', '2 of 4 windows']);
  expect(text('latency')[0]).toBe('2.9\u00a0ms');
  expect(text('roi')[1]).toContain('payback 10 Dec');
});

it('writes a change with arrow, figure and word', () => {
  const { cost, roi } = scorecard();
  expect(trendText('cost', cost)).toBe('↑ 10\u00a0% worse');
  expect(trendText('roi', roi)).toBe('↑ 10 pts worse');
  expect(trendText('cost', { ...cost, trend: { ...cost.trend, direction: 'flat' } })).toBe('→ no change');
  expect(trendText('cost', { ...cost, trend: { ...cost.trend, direction: null } })).toBeNull();
});

it('writes a target with its source, and days with the last one included', () => {
  const target = { value: 50, bound: 'at_most', source: 'policy', name: 'gate' } as const;
  expect(targetText('latency', { ...scorecard().latency, target })).toBe('at most 50 ms (policy gate)');
  expect(rangeText({ start: '2026-11-01', end: '2026-12-01' })).toBe('1 Nov to 30 Nov');
});

it('marks the best model only where figures are comparable', () => {
  const [one, other] = [scorecard(), scorecard({ model: 'search', cost: { ...scorecard().cost, value: '9' } })];
  expect(findBestModel('cost', [one, other])).toBe('search');
  expect(findBestModel('cost', [one])).toBeNull();
  expect(findBestModel('gpu', [one, other])).toBeNull();
  const accuracy = scorecard({ model: 'x', quality: { ...measure, unit: 'accuracy', value: 0.9 } });
  expect(findBestModel('quality', [one, accuracy])).toBeNull();
});
