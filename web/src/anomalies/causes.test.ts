import { expect, it } from 'vitest';
import type { Anomaly } from '../../../src/finops/anomalies/schema.ts';
import { groupByCause, hasImpact } from './causes.ts';
import { rateSeverity } from './severity.ts';
import { kindWord, shortSentence } from './words.ts';

const ofSku = (id: string, sku: string, changed: Partial<Anomaly> = {}): Anomaly => ({
  ...{ id, measure: 'cost', kind: 'spike', direction: 'over', state: 'ended', mergedInto: null },
  ...{ title: `${sku} · team ${id}: +20.00 USD a day`, slice: [{ dimension: 'skuId', value: sku }], except: [] },
  ...{ seenIn: [[]], start: '2026-10-05', end: '2026-10-08', days: 4, currency: 'USD', unit: null, actual: '300' },
  ...{ expected: '200', impact: '100', differences: [], sentence: 'It rose.', foundAt: '2026-11-09T00:00:00Z' },
  ...{ restatement: null, feedback: null, related: [], repeats: [], spend: [], isMinor: false, counts: true },
  ...{ assigned: null, work: null },
  ...changed,
});

it('anomalies of the same SKU and side are one cause with the sum of their money', () => {
  const causes = groupByCause([
    ofSku('a', 'p4d'),
    ofSku('b', 'g5'),
    ofSku('c', 'p4d', { impact: '50.5' }),
    ofSku('d', 'p4d', { direction: 'under', impact: '-9' }),
  ]);
  expect(causes.map(({ name, impact, anomalies }) => [name, impact, anomalies.length])).toEqual([
    ['p4d', '150.5', 2],
    ['g5 · team b', '100', 1],
    ['p4d · team d', '-9', 1],
  ]);
});

it('the default hides minor ones, an amount hides smaller ones, and an unknown impact is never hidden', () => {
  const minor = ofSku('a', 'p4d', { isMinor: true, impact: '-90' });
  const all = [minor, ofSku('b', 'p4d', { impact: '-2000' }), ofSku('c', 'p4d', { impact: null })];
  const listed = (least: Parameters<typeof hasImpact>[1]) =>
    all.filter((one) => hasImpact(one, least)).map(({ id }) => id);
  expect([listed(undefined), listed('100'), listed('10000'), listed('all')]).toEqual([
    ['b', 'c'],
    ['b', 'c'],
    ['c'],
    ['a', 'b', 'c'],
  ]);
});

it.each([
  ['12000', '1000000', 'high'],
  ['600', '10000', 'high'],
  ['1500', '1000000', 'medium'],
  ['150', '10000', 'medium'],
  ['-90', '10000', 'low'],
])('%s of a spend of %s is %s', (impact, amount, severity) => {
  const spend = [{ dimension: null, value: null, amount }];
  expect(rateSeverity({ impact, spend })?.severity).toBe(severity);
});

it('what lasts longer than three days is a step, not a spike', () => {
  expect(kindWord({ kind: 'spike', days: 3 })).toBe('Spike');
  expect(kindWord({ kind: 'spike', days: 11 })).toBe('Step up');
  expect(kindWord({ kind: 'zero', days: 1 })).toBe('Missing charge');
});

it.each([
  [
    'p4d of team ads, model ranker rose by 19 %, from 71.3 to 84.9 Hours a day.',
    'Rose by 19 %, from 71.3 to 84.9 Hours a day.',
  ],
  [
    'Nothing was charged for p4d of team ads, where 53.48 USD a day was expected.',
    'Nothing was charged, where 53.48 USD a day was expected.',
  ],
  ['1,000 predictions cost more.', '1,000 predictions cost more.'],
])('%s is %s', (sentence, short) => {
  expect(shortSentence(sentence)).toBe(short);
});
